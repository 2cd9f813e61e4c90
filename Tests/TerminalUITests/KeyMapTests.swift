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

    @Test func keysCanBeChanged() throws {
        let map = try KeyMap.standard.changed(["toggle-pause": ["ctrl-p", "F5"], "verify": ["p"], "mark": []])
        #expect(map.action(for: .control("p"), in: .queue) == .togglePause)
        #expect(map.action(for: .function(5), in: .detail) == .togglePause)
        #expect(map.action(for: .character("p"), in: .queue) == .verify)
        #expect(map.action(for: .character(" "), in: .queue) == nil)
    }

    @Test(
        arguments: [
            (["pause": ["x"]], "there is no action called pause; there are add, "),
            (["retry": ["ctrl-1"]], "ctrl-1 is no key; "), (["retry": ["f13"]], "f13 is no key; "),
            (["retry": [" "]], "  is no key; "), (["retry": ["p"]], "p would mean both toggle-pause and retry"),
            (["remove": ["x"]], "x cannot remove, because"), (["remove": ["D"]], "D cannot remove, because"),
            (["quit": []], "quit needs a key"), (["submit": ["x"]], "there is no action called submit"),
        ] as [([String: [String]], String)])
    func changesThatCannotBeAreRefused(_ changes: [String: [String]], beginning: String) {
        let error = #expect(throws: KeyMap.Conflict.self) { try KeyMap.standard.changed(changes) }
        #expect(error?.description.hasPrefix(beginning) == true, "\(error?.description ?? "")")
    }

    @Test func everyKeyIsFoundByItsName() {
        for key in KeyMap.standard.bindings.flatMap(\.keys) {
            let arrows: [Key: String] = [
                .up: "up", .down: "down", .left: "left", .right: "right", .backTab: "shift-tab",
            ]
            #expect(Key(name: arrows[key] ?? key.label.description) == key)
        }
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
