import Testing
import TransferCore

@testable import TerminalUI

/// What the terminal is told besides the screen.
@Suite struct ExtrasTests {
    /// A queue that tells a terminal of its doings.
    private struct Stage {
        var extras: Extras
        var snapshot = EngineSnapshot(takenAt: .zero, takenAtWall: WallTime(milliseconds: 0))
        var now = Instant.zero

        init(_ change: (inout TerminalSettings) -> Void = { _ in }) {
            var settings = TerminalSettings()
            settings.title = false
            settings.notify = .osc9
            settings.progress = .off
            change(&settings)
            extras = Extras(settings: settings) { _ in nil }
        }

        /// What is sent for the next picture, `milliseconds` later.
        mutating func show(
            after milliseconds: Int64 = 1000, _ change: (inout EngineSnapshot) -> Void = { _ in }
        ) -> [TerminalExtra] {
            now = now + .milliseconds(milliseconds)
            snapshot.takenAtWall = WallTime(milliseconds: now.nanoseconds / 1_000_000)
            change(&snapshot)
            snapshot.isIdle = !snapshot.transfers.contains { $0.state == .active }
            return extras.take(snapshot, now: now)
        }

        mutating func finish(_ index: Int) -> [TerminalExtra] {
            show { snapshot in
                snapshot.transfers[index].state = .completed
                snapshot.transfers[index].bytesDone = 100
                snapshot.transfers[index].finishedAt = snapshot.takenAtWall
            }
        }

        mutating func fail(_ index: Int, _ state: TransferState = .failed) -> [TerminalExtra] {
            show {
                $0.transfers[index].state = state
                $0.transfers[index].error = TransferError(.diskFull, "no room on the disk")
            }
        }
    }

    private static func active(_ count: Int64) -> [TransferSnapshot] {
        (1...count).map { Fixtures.transfer($0, "file-\($0)", .active, done: 50, total: 100) }
    }

    private static func note(_ text: Label) -> [TerminalExtra] { [.notification(text, .osc9)] }

    @Test func aDrainedQueueIsToldOnce() {
        var stage = Stage()
        #expect(stage.show { $0.transfers = Self.active(3) }.isEmpty)
        #expect(stage.finish(0).isEmpty)
        #expect(stage.finish(1).isEmpty)
        #expect(stage.finish(2) == Self.note("3 transfers are complete"))
        #expect(stage.show().isEmpty)
        // The next batch is another thing, even if it came and went between two pictures.
        let next = stage.show { snapshot in
            snapshot.transfers.append(Fixtures.transfer(4, "late", .completed, done: 9, total: 9))
            snapshot.transfers[3].finishedAt = snapshot.takenAtWall
        }
        #expect(next == Self.note("1 transfer is complete"))
    }

    @Test func whatWasThereAtTheStartIsNoNews() {
        var stage = Stage()
        let first = stage.show { snapshot in
            snapshot.transfers = [Fixtures.transfer(1, "old", .completed), Fixtures.transfer(2, "bad", .failed)]
            snapshot.transfers[0].finishedAt = snapshot.takenAtWall
        }
        #expect(first.isEmpty)
        #expect(stage.show().isEmpty)
    }

    @Test func pausingOrRemovingIsNoNews() {
        var stage = Stage()
        _ = stage.show { $0.transfers = Self.active(2) }
        #expect(stage.show { $0.transfers[0].state = .paused }.isEmpty)
        #expect(stage.show { $0.transfers.removeLast() }.isEmpty)
    }

    @Test func whatNeedsSomebodyIsToldOnceForEachTime() {
        var stage = Stage()
        _ = stage.show { $0.transfers = Self.active(4) }
        #expect(stage.fail(1, .paused) == Self.note("file-2: no room on the disk"))
        #expect(stage.show().isEmpty)
        let both = stage.show {
            for index in [0, 2] {
                $0.transfers[index].state = .failed
                $0.transfers[index].error = TransferError(.notFound, "the server knows no such file (404)")
            }
        }
        #expect(both == Self.note("file-1 and 1 more: the server knows no such file (404)"))
        // Somebody tried again.
        #expect(
            stage.show {
                $0.transfers[1].state = .active
                $0.transfers[1].error = nil
            }.isEmpty)
        #expect(stage.fail(1, .paused) == Self.note("file-2: no room on the disk"))
        #expect(stage.finish(3) == Self.note("1 transfer is complete, 3 not"))
    }

    @Test func theLastFailureTellsOfTheRest() {
        var stage = Stage()
        _ = stage.show { $0.transfers = Self.active(2) }
        _ = stage.finish(0)
        #expect(stage.fail(1) == Self.note("file-2: no room on the disk; 1 transfer is complete, 1 not"))
    }

    @Test func whoLooksIsNotTold() {
        var stage = Stage()
        _ = stage.show { $0.transfers = Self.active(2) }
        stage.extras.take(focus: true)
        #expect(stage.fail(0).isEmpty)
        // Nor afterwards.
        stage.extras.take(focus: false)
        #expect(stage.show().isEmpty)
        #expect(stage.finish(1) == Self.note("1 transfer is complete, 1 not"))
        var silent = Stage { $0.notify = .none }
        _ = silent.show { $0.transfers = Self.active(1) }
        #expect(silent.fail(0).isEmpty)
    }

    @Test func theTitleChangesOnceASecondAndThenRests() {
        var stage = Stage { $0.title = true }
        #expect(stage.show { $0.transfers = Self.active(1) } == [.title("50% file-1 - carryon")])
        #expect(stage.extras.nextTick == nil)
        #expect(stage.show(after: 100) { $0.transfers[0].bytesDone = 60 }.isEmpty)
        #expect(stage.show(after: 100) { $0.transfers[0].bytesDone = 70 }.isEmpty)
        // The last value gets there although no picture follows.
        let due = stage.extras.nextTick
        #expect(due == Instant(nanoseconds: 2_000_000_000))
        #expect(stage.extras.tick(Instant(nanoseconds: 1_999_999_999)).isEmpty)
        #expect(stage.extras.tick(Instant(nanoseconds: 2_000_000_000)) == [.title("70% file-1 - carryon")])
        #expect(stage.extras.nextTick == nil)
        // Back to what is shown already: nothing to send.
        #expect(stage.show(after: 100) { $0.transfers[0].bytesDone = 80 }.isEmpty)
        #expect(stage.show(after: 100) { $0.transfers[0].bytesDone = 70 }.isEmpty)
        #expect(stage.extras.nextTick == nil)
        stage.extras.forget()
        #expect(stage.extras.tick(stage.now) == [.title("70% file-1 - carryon")])
    }

    @Test func theTitleSaysWhatMatters() {
        func title(_ transfers: [TransferSnapshot]) -> [TerminalExtra] {
            var stage = Stage { $0.title = true }
            return stage.show { $0.transfers = transfers }
        }
        var mixed = Self.active(3)
        mixed[0].bytesPerSecond = 1_500_000
        mixed[2].state = .failed
        #expect(title([]) == [.title("carryon")])
        #expect(title(mixed) == [.title("1 stopped 50% 1.50 MB/s file-1 and 1 more - carryon")])
        mixed[0].state = .paused
        mixed[1].state = .paused
        #expect(title(mixed) == [.title("1 stopped 2 paused - carryon")])
        #expect(title([Fixtures.transfer(1, "unknown", .preparing)]) == [.title("unknown - carryon")])
    }

    @Test func progressIsRepeatedWhileSomethingMoves() {
        var stage = Stage { $0.progress = .on }
        #expect(stage.show { $0.transfers = Self.active(2) } == [.progress(.running(percent: 50))])
        #expect(stage.extras.nextTick == Instant(nanoseconds: 11_000_000_000))
        #expect(stage.extras.tick(Instant(nanoseconds: 11_000_000_000)) == [.progress(.running(percent: 50))])
        stage.now = Instant(nanoseconds: 12_000_000_000)
        #expect(
            stage.show { for index in 0..<2 { $0.transfers[index].state = .paused } }
                == [.progress(.paused(percent: 50))])
        #expect(stage.extras.nextTick == nil)
        #expect(stage.show { $0.transfers[0].state = .active } == [.progress(.running(percent: 50))])
        #expect(stage.fail(0) == [.notification("file-1: no room on the disk", .osc9), .progress(.stuck(percent: 50))])
        #expect(stage.show { $0.transfers = [] } == [.progress(.none)])
        #expect(
            stage.show { $0.transfers = [Fixtures.transfer(1, "a", .active)] } == [.progress(.indeterminate)])
    }

    /// What is complete stays in the sum until the queue is drained, so that progress does not fall back.
    @Test func progressNeverFallsBackWhenATransferEnds() {
        var stage = Stage { $0.progress = .on }
        _ = stage.show { $0.transfers = Self.active(2) }
        #expect(stage.finish(0) == [.progress(.running(percent: 75))])
        _ = stage.finish(1)
        #expect(stage.show { $0.transfers.append(Self.active(3)[2]) } == [.progress(.running(percent: 50))])
    }

    @Test(arguments: [
        ("TERM_PROGRAM=ghostty", NotifyMethod.osc9, true), ("TERM_PROGRAM=WezTerm", .osc9, true),
        ("TERM_PROGRAM=iTerm.app", .osc9, false), ("TERM=xterm-kitty", .osc9, false), ("TERM=foot", .osc777, false),
        ("WT_SESSION=1", .bell, true), ("TERM=xterm-256color", .bell, false), ("", .bell, false),
        ("TERM_PROGRAM=ghostty TMUX=/tmp/x", .bell, false), ("WT_SESSION=1 TERM=screen", .bell, false),
    ])
    func terminalsAreKnownByTheirVariables(_ text: String, _ notify: NotifyMethod, _ showsProgress: Bool) {
        let pairs = text.split(separator: " ").map { $0.split(separator: "=") }
        let variables = Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), String($0[1])) })
        let kind = TerminalKind { variables[$0] }
        #expect(kind.notify == notify)
        #expect(kind.showsProgress == showsProgress)
    }

    @Test func theClipboardGetsNoSecretsAndNoControls() {
        let text = ClipboardText([
            SafeText("curl -H x 'https://me:pw@example.org/a?X-Amz-Signature=abc&v=1' && ftp://u:p@h/"),
            SafeText("evil\n rm -rf ~\u{1B}[31m"),
        ])
        let expected = """
            curl -H x 'https://me:***@example.org/a?X-Amz-Signature=***&v=1' && ftp://u:***@h/
            evil\\x0a rm -rf ~\\x1b[31m
            """
        #expect(text?.description == expected)
        #expect(ClipboardText([]) == nil)
        #expect(ClipboardText([SafeText(String(repeating: "x", count: 6144))]) != nil)
        #expect(ClipboardText([SafeText(String(repeating: "x", count: 6145))]) == nil)
        let off = Stage { $0.clipboard = false }
        #expect(text.flatMap(off.extras.copy) == nil)
        #expect(text.flatMap(Stage().extras.copy) != nil)
    }

    @Test func tenThousandTransfersAreQuick() {
        var stage = Stage { $0.title = true }
        let snapshot = Fixtures.many(10_000)
        let time = ContinuousClock().measure { _ = stage.show { $0 = snapshot } }
        // Generous, for a debug build on a busy machine.
        #expect(time < .milliseconds(250))
    }
}
