import Testing

@testable import TerminalUI

@Suite struct KeyMapTests {
    @Test(arguments: KeyContext.allCases)
    func noKeyMeansTwoThings(_ context: KeyContext) {
        let keys = KeyMap.standard.bindings(in: context).flatMap(\.keys)
        #expect(Set(keys).count == keys.count)
    }

    @Test func everyActionHasAKey() {
        let bound = Set(KeyMap.standard.bindings.map(\.action))
        #expect(bound == Set(Action.allCases))
    }

    @Test func theKeyThatAsksNeverConfirms() {
        let asking = KeyMap.standard.bindings.filter { $0.action == .remove }.flatMap(\.keys)
        for key in asking { #expect(KeyMap.standard.action(for: key, in: .confirm) == nil) }
    }

    @Test func nothingDestructiveIsOnDangerousKeys() {
        let destructive: Set<Action> = [.remove, .removeKeepingData, .removeDeletingData]
        let dangerous: Set<Key> = [.backspace, .delete, .enter, .control("s"), .control("q"), .control("c")]
        for binding in KeyMap.standard.bindings where destructive.contains(binding.action) {
            #expect(dangerous.isDisjoint(with: binding.keys))
        }
    }

    @Test func theFooterFitsAndKeepsTheWayOut() {
        for context in KeyContext.allCases {
            for columns in 30...140 {
                let hints = Footer.hints(KeyMap.standard.bindings(in: context), columns: columns)
                #expect(hints.reduce(-2) { $0 + $1.width + 2 } <= columns)
                #expect(hints.contains { ["quit", "cancel", "back"].contains($0.text) })
            }
        }
    }

    @Test func theHelpNamesEveryKeyAndFitsTheStandardScreen() {
        var keys: Set<String> = []
        for case .key(let key, let description) in HelpScreen.lines(.standard) {
            keys.formUnion(key.description.split(separator: " ").map(String.init))
            #expect(key.width <= 16)
            #expect(description.width <= 60)
        }
        for binding in KeyMap.standard.bindings where binding.contexts != [.help] {
            for key in binding.keys { #expect(keys.contains(key.label.description)) }
        }
    }
}
