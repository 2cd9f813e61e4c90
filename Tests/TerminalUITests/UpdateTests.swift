import Testing
import TransferCore

@testable import TerminalUI

@Suite struct UpdateTests {
    func press(_ keys: Key..., on state: inout AppState) -> [String] {
        engineCommands(keys.flatMap { state.update(.key($0)) })
    }

    /// What the engine is asked for because time passes.
    func pass(_ duration: Duration, on state: inout AppState) -> [String] {
        engineCommands(state.update(.tick(state.now + duration)))
    }

    @Test func movingStopsAtBothEnds() {
        var state = Fixtures.state(Fixtures.many(100))
        #expect(state.selection == TransferID(1))
        for (key, id) in [
            (Key.up, 1), (.down, 2), (.character("j"), 3), (.character("k"), 2), (.end, 100), (.down, 100),
            (.pageUp, 90), (.home, 1), (.pageDown, 11), (.character("G"), 100), (.character("g"), 1),
        ] {
            _ = state.update(.key(key))
            #expect(state.selection == TransferID(Int64(id)), "\(key)")
        }
    }

    @Test func theCursorFollowsTheTransfer() {
        var snapshot = Fixtures.many(100)
        var state = Fixtures.state(snapshot, keys: [.down, .down, .down])
        snapshot.transfers.reverse()
        _ = state.update(.snapshot(snapshot))
        #expect(state.selection == TransferID(4))
        #expect(state.selected?.id == TransferID(4))
        let text = render(state, size: Fixtures.standard, capabilities: Capabilities()).description
        #expect(text.contains("▌ ↓ file-3.bin"))
    }

    @Test func whenTheTransferGoesTheCursorStays() {
        var snapshot = Fixtures.many(3)
        var state = Fixtures.state(snapshot, keys: [.down])
        snapshot.transfers.remove(at: 1)
        _ = state.update(.snapshot(snapshot))
        #expect(state.selection == TransferID(3))
        snapshot.transfers = []
        _ = state.update(.snapshot(snapshot))
        #expect(state.selection == nil)
    }

    @Test func enterOpensAndEscapeGoesBack() {
        var state = Fixtures.state(Fixtures.queue)
        for key in [Key.enter, .right, .character("l")] {
            #expect(press(key, on: &state) == ["watch(Optional(1))"])
            #expect(state.layers == [.detail(TransferID(1))])
            #expect(press(.escape, on: &state) == ["watch(nil)"])
            #expect(state.layers.isEmpty)
        }
    }

    @Test func pausingTogglesByState() {
        let states: [(TransferState, String?)] = [
            (.queued, "pause([1])"), (.preparing, "pause([1])"), (.active, "pause([1])"), (.waiting, "pause([1])"),
            (.verifying, "pause([1])"), (.paused, "resume([1])"), (.completed, nil), (.failed, nil),
        ]
        for (transferState, command) in states {
            var snapshot = Fixtures.many(0)
            snapshot.transfers = [Fixtures.transfer(1, "a", transferState)]
            var state = Fixtures.state(snapshot)
            #expect(press(.character("p"), on: &state) == [command].compactMap { $0 })
            #expect((state.notice == nil) == (command != nil))
        }
    }

    @Test func pausingAllResumesWhenNothingRuns() {
        var state = Fixtures.state(Fixtures.queue)
        #expect(press(.character("P"), on: &state) == ["pauseAll"])
        var snapshot = Fixtures.many(0)
        snapshot.transfers = [Fixtures.transfer(1, "a", .paused), Fixtures.transfer(2, "b", .completed)]
        _ = state.update(.snapshot(snapshot))
        #expect(press(.character("P"), on: &state) == ["resumeAll"])
        snapshot.transfers.removeFirst()
        _ = state.update(.snapshot(snapshot))
        #expect(press(.character("P"), on: &state) == [])
        #expect(state.notice != nil)
    }

    @Test func retryAndVerify() {
        var state = Fixtures.state(Fixtures.queue)
        #expect(press(.character("r"), .character("V"), on: &state) == ["retry([1])", "verify([1])"])
    }

    @Test func removingTakesAnotherKeyThanAsking() {
        var state = Fixtures.state(Fixtures.queue)
        #expect(press(.character("d"), on: &state) == [])
        #expect(press(.character("d"), .enter, .character("y"), on: &state) == [])
        #expect(state.layers == [.confirmRemove([TransferID(1)])])
        #expect(press(.character("x"), on: &state) == ["pause([1])"])
        #expect(state.layers.isEmpty)
        #expect(pass(.seconds(11), on: &state) == ["remove([1], withData: false)"])
        #expect(press(.character("d"), .character("D"), on: &state) == ["pause([2])"])
        #expect(pass(.seconds(11), on: &state) == ["remove([2], withData: true)"])
        for cancel in [Key.escape, .character("n"), .character("q")] {
            #expect(press(.character("d"), cancel, on: &state) == [])
            #expect(state.layers.isEmpty)
        }
    }

    @Test func theQuestionKeepsItsTransferWhenTheQueueChanges() {
        var snapshot = Fixtures.many(5)
        var state = Fixtures.state(snapshot, keys: [.down, .character("d")])
        snapshot.transfers.swapAt(0, 1)
        _ = state.update(.snapshot(snapshot))
        _ = press(.character("x"), on: &state)
        #expect(pass(.seconds(11), on: &state) == ["remove([2], withData: false)"])
    }

    @Test func whatIsOpenOnALostTransferCloses() {
        var snapshot = Fixtures.many(5)
        var state = Fixtures.state(snapshot, keys: [.enter, .character("d")])
        snapshot.transfers.removeFirst()
        #expect(engineCommands(state.update(.snapshot(snapshot))) == ["watch(nil)"])
        #expect(state.layers.isEmpty)
    }

    @Test func problemsAreVisitedInTurn() {
        var state = Fixtures.state(Fixtures.watched, keys: [.enter])
        #expect(state.grid.cursor == 240)
        for (key, chunk) in [("n", 583), ("n", 240), ("N", 583)] as [(Character, Int)] {
            _ = state.update(.key(.character(key)))
            #expect(state.grid.cursor == chunk)
        }
    }

    @Test func arrowsMoveThroughTheGrid() {
        var state = Fixtures.state(Fixtures.watched, size: Fixtures.wide, keys: [.enter, .home])
        let row = DetailLayout(size: Fixtures.wide, chunks: 1184).cells.cellsPerRow
        for (key, chunk) in [
            (Key.right, 1), (.down, 1 + row), (.left, row), (.up, 0), (.up, 0), (.left, 0), (.end, 1183),
            (.right, 1183),
        ] {
            _ = state.update(.key(key))
            #expect(state.grid.cursor == chunk, "\(key)")
        }
    }

    @Test func quittingDoesNotAsk() {
        for keys in [[], [Key.enter], [.character("?")]] {
            for quit in [Key.character("q"), .control("c")] {
                var state = Fixtures.state(Fixtures.queue, keys: keys)
                guard case .quit? = state.update(.key(quit)).last else {
                    Issue.record("\(keys) \(quit)")
                    continue
                }
            }
        }
    }

    @Test func repaintAndSuspendWorkEverywhere() {
        for keys in [[], [Key.enter], [.character("?")], [.character("d")]] {
            var state = Fixtures.state(Fixtures.queue, keys: keys)
            guard case .repaint? = state.update(.key(.control("l"))).last,
                case .suspend? = state.update(.key(.control("z"))).last
            else {
                Issue.record("\(keys)")
                continue
            }
        }
    }

    @Test func helpOpensScrollsAndCloses() {
        var state = Fixtures.state(Fixtures.queue, size: Fixtures.small, keys: [.character("?")])
        #expect(state.layers == [.help])
        _ = state.update(.key(.up))
        #expect(state.helpScroll == 0)
        _ = state.update(.key(.end))
        #expect(state.helpScroll == HelpScreen.lines(.standard).count - 8)
        _ = state.update(.key(.escape))
        #expect(state.layers.isEmpty)
    }

    @Test func keysOnAnEmptyQueueDoNothing() {
        for key in [Key.up, .down, .enter, .end, .pageDown, .character("p"), .character("r"), .character("d")] {
            var state = AppState(size: Fixtures.standard)
            #expect(engineCommands(state.update(.key(key))) == [])
            #expect(state.layers.isEmpty)
        }
    }

    @Test func onlyAVisibleCountdownTicks() {
        var state = Fixtures.state(Fixtures.many(100))
        #expect(state.nextTick == nil)
        var snapshot = Fixtures.many(100)
        snapshot.transfers[3].state = .waiting
        snapshot.transfers[3].waitingUntil = Instant(nanoseconds: 2_500_000_000)
        _ = state.update(.snapshot(snapshot))
        #expect(state.nextTick == Instant(nanoseconds: 500_000_000))
        _ = state.update(.tick(Instant(nanoseconds: 500_000_000)))
        #expect(state.nextTick == Instant(nanoseconds: 1_500_000_000))
        _ = state.update(.key(.end))
        #expect(state.nextTick == nil)
        _ = state.update(.key(.home))
        _ = state.update(.tick(Instant(nanoseconds: 2_500_000_000)))
        #expect(state.nextTick == nil)
    }

    @Test func aTickChangesTheFrameAndNothingElseDoes() {
        let state = Fixtures.state(Fixtures.queue)
        let before = render(state, size: Fixtures.standard, capabilities: Capabilities())
        guard let tick = state.nextTick else {
            Issue.record("no tick")
            return
        }
        var early = state
        _ = early.update(.tick(Instant(nanoseconds: tick.nanoseconds - 1)))
        #expect(render(early, size: Fixtures.standard, capabilities: Capabilities()) == before)
        var late = state
        _ = late.update(.tick(tick))
        #expect(render(late, size: Fixtures.standard, capabilities: Capabilities()) != before)
    }

    @Test func tenThousandTransfersAreQuick() {
        var state = Fixtures.state(Fixtures.many(10_000), keys: [.end])
        let snapshot = Fixtures.many(10_000)
        let clock = ContinuousClock()
        let updating = clock.measure { _ = state.update(.snapshot(snapshot)) }
        let drawing = clock.measure { _ = render(state, size: Fixtures.wide, capabilities: Capabilities()) }
        // Generous, for a debug build on a busy machine.
        #expect(updating < .milliseconds(250))
        #expect(drawing < .milliseconds(250))
        print("10,000 transfers: update \(updating), render \(drawing)")
    }
}
