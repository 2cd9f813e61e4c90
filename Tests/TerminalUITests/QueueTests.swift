import Testing
import TransferCore

@testable import TerminalUI

/// The list: tabs, filter, order, marks, and taking back.
@Suite struct QueueTests {
    private func press(_ keys: Key..., on state: inout AppState) -> [String] {
        engineCommands(keys.flatMap { state.update(.key($0)) })
    }

    private func type(_ text: String, on state: inout AppState) {
        for character in text { _ = state.update(.key(.character(character))) }
    }

    private func names(_ state: AppState) -> [String] {
        state.view.rows.map { state.snapshot.transfers[$0].name.description }
    }

    private func text(_ state: AppState, _ size: Size = Fixtures.standard) -> String {
        render(state, size: size, capabilities: Capabilities()).description
    }

    // MARK: Tabs, filter and order

    @Test func everyTransferIsInOneTab() {
        var state = Fixtures.state(Fixtures.queue)
        var seen: [TransferID] = []
        for tab in QueueView.Tab.allCases.dropFirst() {
            _ = press(.tab, on: &state)
            #expect(state.view.tab == tab)
            #expect(state.view.rows.count == state.summary.count(tab))
            seen += state.view.rows.map { state.snapshot.transfers[$0].id }
        }
        #expect(Set(seen).count == seen.count && seen.count == state.snapshot.transfers.count)
        _ = press(.tab, on: &state)
        #expect(state.view.tab == .all)
        _ = press(.backTab, on: &state)
        #expect(state.view.tab == .trouble)
        #expect(names(state) == ["site-backup-2025-06-01.tar.gz", "missing.iso"])
    }

    @Test func typingNarrowsTheListAtOnce() {
        var state = Fixtures.state(Fixtures.queue, keys: [.character("/")])
        type("ISO d", on: &state)
        #expect(names(state) == ["debian-12.11.0-amd64-DVD-1.iso"])
        // Letters are letters there, not actions.
        #expect(state.layers.count == 1)
        _ = press(.backspace, .backspace, on: &state)
        #expect(names(state) == ["debian-12.11.0-amd64-DVD-1.iso", "missing.iso", "alpine-3.20-x86_64.iso"])
        _ = press(.enter, on: &state)
        #expect(state.layers.isEmpty && state.view.filter == "iso")
        #expect(text(state).contains("filter: iso"))
        _ = press(.escape, on: &state)
        #expect(state.view.rows.count == state.snapshot.transfers.count)
        _ = press(.character("/"), on: &state)
        type("nothing like that", on: &state)
        #expect(state.view.rows.isEmpty && state.selected == nil)
        #expect(text(state).contains("nothing here"))
        _ = press(.escape, on: &state)
        #expect(state.view.rows.count == state.snapshot.transfers.count && state.selected != nil)
    }

    @Test func theCursorStaysOnItsTransferWhateverIsShown() {
        var state = Fixtures.state(Fixtures.queue, keys: [.end])
        let id = state.selection
        _ = press(.character("/"), on: &state)
        type("photos", on: &state)
        #expect(state.selection == id && state.cursorRow == 0)
        _ = press(.escape, .character("s"), .down, .enter, on: &state)
        #expect(state.selection == id && state.view.order == .name)
    }

    @Test func theSameOrderOnceMoreReverses() {
        var state = Fixtures.state(Fixtures.many(20))
        _ = press(.character("s"), .down, .enter, on: &state)
        #expect(names(state) == names(state).sorted())
        _ = press(.character("s"), .enter, on: &state)
        #expect(names(state) == names(state).sorted(by: >))
        _ = press(.character("S"), on: &state)
        #expect(names(state) == names(state).sorted())
    }

    @Test(arguments: QueueView.Order.allCases)
    func everyOrderShowsEveryTransfer(_ order: QueueView.Order) {
        var view = QueueView()
        view.order = order
        for isReversed in [false, true] {
            view.isReversed = isReversed
            view.arrange(Fixtures.queue.transfers)
            #expect(view.rows.sorted() == Array(Fixtures.queue.transfers.indices))
        }
    }

    // MARK: Marks

    @Test func actionsAreAboutMarks() {
        var state = Fixtures.state(Fixtures.many(6), keys: [.character(" "), .down, .character(" ")])
        #expect(state.marks == [TransferID(1), TransferID(3)] && state.cursorRow == 3)
        #expect(text(state).contains("2 marked"))
        #expect(press(.character("p"), on: &state) == ["pause([1, 3])"])
        #expect(press(.character("r"), on: &state) == ["retry([1, 3])"])
        _ = press(.character("*"), on: &state)
        #expect(state.marks == Set([2, 4, 5, 6].map { TransferID($0) }))
        _ = press(.control("a"), on: &state)
        #expect(state.marks.count == 6)
        _ = press(.control("a"), on: &state)
        #expect(state.marks.isEmpty)
    }

    @Test func aRangeGrowsAndShrinksWithTheCursor() {
        var state = Fixtures.state(Fixtures.many(9), keys: [.down, .character("v"), .down, .down])
        #expect(state.marks == Set([2, 3, 4].map { TransferID($0) }))
        _ = press(.up, .up, .up, on: &state)
        #expect(state.marks == Set([1, 2].map { TransferID($0) }))
        _ = press(.character("v"), .end, on: &state)
        #expect(state.marks.count == 2)
        _ = press(.escape, on: &state)
        #expect(state.marks.isEmpty)
    }

    @Test func marksOfWhatGoesAreForgotten() {
        var state = Fixtures.state(Fixtures.many(3), keys: [.control("a")])
        _ = state.update(.snapshot(Fixtures.many(2)))
        #expect(state.marks == Set([1, 2].map { TransferID($0) }))
    }

    @Test func severalAreRemovedTogether() {
        var state = Fixtures.state(Fixtures.queue, keys: [.character(" "), .character(" "), .character("d")])
        #expect(text(state).contains("Remove 2 transfers?"))
        #expect(press(.character("D"), on: &state) == ["pause([1, 2])"])
        #expect(state.marks.isEmpty && !names(state).contains("debian-12.11.0-amd64-DVD-1.iso"))
    }

    // MARK: Taking back

    @Test func aRemovalCanBeTakenBackForAWhile() {
        var state = Fixtures.state(Fixtures.many(3), keys: [.character("d"), .character("x")])
        #expect(names(state) == ["file-1.bin", "file-2.bin"])
        #expect(state.nextTick == state.now + Removal.patience)
        #expect(press(.character("u"), on: &state) == ["resume([1])"])
        #expect(names(state).count == 3 && state.selection == TransferID(1) && state.nextTick == nil)
        #expect(press(.character("u"), on: &state) == [] && state.notice == "nothing to undo")
    }

    @Test func quittingCarriesOutWhatWasRemoved() {
        var state = Fixtures.state(Fixtures.many(3), keys: [.character("d"), .character("D")])
        let commands = state.update(.key(.character("q")))
        #expect(engineCommands(commands) == ["remove([1], withData: true)"])
        guard case .quit? = commands.last else {
            Issue.record("\(commands)")
            return
        }
    }

    @Test func pausesAreTakenBackInTurn() {
        var snapshot = Fixtures.many(2)
        var state = Fixtures.state(snapshot, keys: [.character("p")])
        snapshot.transfers[0].state = .paused
        _ = state.update(.snapshot(snapshot))
        #expect(press(.character("p"), on: &state) == ["resume([1])"])
        #expect(press(.character("u"), .character("u"), on: &state) == ["pause([1])", "resume([1])"])
    }

    @Test func whatIsRemovedFromItsScreenClosesIt() {
        var state = Fixtures.state(Fixtures.queue, keys: [.enter, .character("d")])
        #expect(press(.character("x"), on: &state) == ["watch(nil)", "pause([1])"])
        #expect(state.layers.isEmpty)
    }

    // MARK: Menus and the log

    @Test func thePaletteDoesWhatItsKeyDoes() {
        var state = Fixtures.state(Fixtures.queue, keys: [.character(":")])
        type("pause all", on: &state)
        #expect(text(state).contains("pause all transfers, or let all go on"))
        #expect(press(.enter, on: &state) == ["pauseAll"])
        #expect(state.layers.isEmpty)
        _ = press(.character(":"), on: &state)
        type("zzz", on: &state)
        #expect(text(state).contains("nothing like that"))
        #expect(press(.enter, on: &state) == [])
    }

    @Test func thePaletteNamesEveryActionOfItsContext() throws {
        for keys in [[Key.character(":")], [.enter, .character(":")]] {
            let state = Fixtures.state(Fixtures.queue, keys: keys)
            guard case .menu(let menu) = state.layers.last else {
                Issue.record("no menu")
                return
            }
            let context: KeyContext = keys.count == 1 ? .queue : .detail
            #expect(state.items(of: menu).count == KeyMap.standard.bindings(in: context).count - 1)
        }
    }

    @Test func aThemeIsShownWhileItIsChosen() {
        var state = AppState(size: Fixtures.standard, themes: ["terminal", "mono", "nord"])
        func themes(_ key: Key) -> [String] {
            state.update(.key(key)).compactMap { if case .theme(let name) = $0 { name } else { nil } }
        }
        #expect(themes(.character("T")) == [])
        #expect(themes(.down) == ["mono"] && themes(.down) == ["nord"] && themes(.down) == [])
        #expect(themes(.escape) == ["terminal"] && state.layers.isEmpty)
        #expect(themes(.character("T")) == [] && themes(.down) == ["mono"] && themes(.enter) == [])
        #expect(state.theme == "mono")
    }

    @Test func whatIsChosenIsCopied() {
        var state = Fixtures.state(Fixtures.queue, keys: [.character("y"), .down])
        #expect(text(state).contains("Copy"))
        let copied = state.update(.key(.enter)).compactMap {
            if case .copy(let text) = $0 { text.description } else { nil }
        }
        #expect(copied == ["/home/me/debian-12.11.0-amd64-DVD-1.iso"])
        #expect(state.layers.isEmpty && state.notice != nil)
    }

    @Test func theLogScrollsAndComesBackToTheNewest() {
        var snapshot = Fixtures.queue
        snapshot.events = (0..<100).map { number in
            EngineEvent(
                at: WallTime(milliseconds: 0), transfer: nil, kind: .info, text: SafeText("event \(number);"))
        }
        var state = Fixtures.state(snapshot, keys: [.character("e")])
        #expect(text(state).contains("event 99;") && text(state).contains("live"))
        _ = press(.up, on: &state)
        #expect(!text(state).contains("event 99;") && text(state).contains("1 newer below"))
        _ = press(.home, on: &state)
        #expect(text(state).contains("event 0;"))
        _ = press(.end, on: &state)
        #expect(text(state).contains("event 99;"))
        _ = press(.escape, on: &state)
        #expect(state.layers.isEmpty)
    }

    @Test func theLogShowsOnlyProblemsIfAsked() {
        var state = Fixtures.state(Fixtures.queue, keys: [.character("e"), .character("f")])
        #expect(text(state).contains("503 Slow Down") && !text(state).contains("complete: 207 MB"))
        _ = press(.character("f"), on: &state)
        #expect(text(state).contains("complete: 207 MB"))
    }

    // MARK: The mouse

    @Test func clicksChooseTabsAndTransfers() throws {
        var state = Fixtures.state(Fixtures.queue)
        let bar = render(state, size: Fixtures.standard, capabilities: Capabilities()).text(ofRow: TabBar.row)
        let column = try #require(bar.firstRange(of: "Done")).lowerBound
        _ = state.update(
            .mouse(MouseEvent(.left, row: TabBar.row, column: bar.distance(from: bar.startIndex, to: column))))
        #expect(state.view.tab == .done)
        _ = state.update(.key(.escape))
        let list = QueueLayout(size: Fixtures.standard).list
        _ = state.update(.mouse(MouseEvent(.left, row: list.row + 2, column: 10)))
        #expect(state.cursorRow == 2 && state.layers.isEmpty)
        _ = state.update(.mouse(MouseEvent(.left, row: list.row + 2, column: 10)))
        #expect(state.detailID == state.selection)
    }

    // MARK: Typed lines

    @Test func aLineIsEditedAsInAShell() {
        var field = TextField("/home/me/file")
        func press(_ keys: Key...) -> String {
            for key in keys {
                let isTaken = field.take(key)
                #expect(isTaken)
            }
            return "\(field.beforeCursor)|\(field.afterCursor)"
        }
        #expect(press(.control("w")) == "/home/me/|")
        #expect(press(.control("w")) == "/home/|")
        #expect(press(.home, .delete, .right) == "h|ome/")
        #expect(press(.control("k")) == "h|")
        #expect(press(.character("é"), .character("\u{301}"), .left) == "h|é\u{301}")
        #expect(press(.end, .backspace, .backspace, .backspace) == "|")
        #expect(press(.control("w"), .delete, .control("u")) == "|")
        field.insert(String(repeating: "x", count: 100_000) + "\n")
        #expect(field.text.count == TextField.limit)
        let isTaken = [Key.tab, .enter].map { field.take($0) }
        #expect(isTaken == [false, false])
    }
}
