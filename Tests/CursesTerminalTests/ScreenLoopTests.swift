import Glibc
import Synchronization
import Testing
import TransferCore

@testable import CursesTerminal
@testable import TerminalUI

/// An engine that has whatever picture it is given.
final class FakeClient: EngineClient {
    private struct State {
        var snapshot = EngineSnapshot(takenAt: .zero, takenAtWall: WallTime(milliseconds: 0))
        var commands: [String] = []
        var reads = 0
    }

    let changes: Int32
    private let writeEnd: Int32
    private let state = Mutex(State())

    init() {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        changes = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        close(changes)
        close(writeEnd)
    }

    var commands: [String] { state.withLock { $0.commands } }
    /// How often the picture was taken.
    var reads: Int { state.withLock { $0.reads } }

    func show(_ change: (inout EngineSnapshot) -> Void) {
        state.withLock { change(&$0.snapshot) }
        write(writeEnd, [1], 1)
    }

    func send(_ command: EngineCommand) {
        state.withLock { $0.commands.append("\(command)") }
    }

    func snapshot() -> EngineSnapshot {
        state.withLock {
            $0.reads += 1
            return $0.snapshot
        }
    }

    func acknowledgeChanges() {
        var buffer = [UInt8](repeating: 0, count: 64)
        while read(changes, &buffer, buffer.count) > 0 {}
    }
}

extension TerminalSettings {
    /// Nothing but the screen, and the mouse.
    static var bare: TerminalSettings {
        var settings = TerminalSettings()
        settings.title = false
        settings.notify = .none
        settings.progress = .off
        return settings
    }
}

extension RealCurses {
    @Suite struct ScreenLoopTests {
        init() {
            setenv("LC_ALL", "C.UTF-8", 1)
            unsetenv("SSH_CONNECTION")
        }

        /// The clock of the test.
        final class Clock {
            var now = Instant.zero

            func advance(_ duration: Duration) { now = now + duration }
        }

        struct Stage {
            let pty: Pty
            let client: FakeClient
            let clock: Clock
            let loop: ScreenLoop
        }

        /// Runs `body` with a loop that has drawn its first frame; signals are blocked on this thread meanwhile.
        func withLoop(
            settings: TerminalSettings = .bare, themes: any ThemeSource = BuiltInThemes(),
            _ body: (Stage) throws -> Void
        ) throws {
            var previous = sigset_t()
            pthread_sigmask(SIG_BLOCK, nil, &previous)
            ScreenLoop.blockSignals()
            defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
            let pty = try Pty(columns: 80, rows: 24)
            defer { pty.closeTerminal() }
            let terminal = try CursesTerminal(
                input: pty.terminal, output: pty.terminal, type: "xterm-256color", options: .init())
            let client = FakeClient()
            client.show { $0.transfers = [FixtureStates.transfer(1, "first")] }
            let clock = Clock()
            let loop = ScreenLoop(terminal: terminal, client: client, themes: themes, settings: settings) { clock.now }
            #expect(loop.step() == nil)
            try body(Stage(pty: pty, client: client, clock: clock, loop: loop))
            terminal.restore()
        }

        /// Two themes of which one is broken.
        private struct Themes: ThemeSource {
            let names = ["terminal", "blue", "broken"]

            func theme(named name: String) throws(ThemeUnavailable) -> Theme {
                switch name {
                case "blue": Theme(name: "Blue", background: .indexed(17))
                case "terminal": .terminal
                default: throw ThemeUnavailable("this one is broken")
                }
            }
        }

        @Test func aThemeIsTriedOnWhileItIsChosen() throws {
            try withLoop(themes: Themes()) { stage in
                _ = stage.pty.written()
                stage.pty.type("T")
                #expect(stage.loop.step() == nil)
                stage.pty.type("\u{1B}OB")
                #expect(stage.loop.step() == nil)
                #expect(String(decoding: stage.pty.written(), as: UTF8.self).contains("48;5;17m"))
                // What cannot be used is told of, and the one before stays.
                stage.pty.type("\u{1B}OB")
                #expect(stage.loop.step() == nil)
                let output = String(decoding: stage.pty.written(), as: UTF8.self)
                #expect(output.contains("this one is broken"), "\(output.debugDescription)")
                stage.client.show { $0.transfers.append(FixtureStates.transfer(2, "second")) }
                stage.clock.advance(.seconds(1))
                #expect(stage.loop.step() == nil)
                #expect(String(decoding: stage.pty.written(), as: UTF8.self).contains("48;5;17m"))
            }
        }

        @Test func anIdleScreenWaitsForever() throws {
            try withLoop { stage in
                #expect(String(decoding: stage.pty.written(), as: UTF8.self).contains("first"))
                #expect(stage.loop.timeout() == -1)
            }
        }

        /// However long the screen has shown the same.
        @Test func aRemovalWaitsTillItCannotBeTakenBack() throws {
            try withLoop { stage in
                stage.clock.advance(.seconds(3600))
                stage.pty.type("dx")
                while stage.client.commands.isEmpty { #expect(stage.loop.step() == nil) }
                #expect(stage.client.commands == ["pause([1])"])
                stage.clock.advance(.seconds(9))
                #expect((1...1000).contains(stage.loop.timeout()))
                stage.clock.advance(.seconds(1))
                #expect(stage.loop.step() == nil)
                #expect(stage.client.commands == ["pause([1])", "remove([1], withData: false)"])
            }
        }

        @Test func dataAreDrawnTenTimesASecond() throws {
            try withLoop { stage in
                #expect(stage.client.reads == 1)
                for name in ["second", "third", "ninety"] {
                    stage.client.show { $0.transfers = [FixtureStates.transfer(1, name)] }
                    if stage.loop.timeout() == -1 { #expect(stage.loop.step() == nil) }
                }
                _ = stage.pty.written()
                #expect(stage.client.reads == 1)
                #expect(stage.loop.timeout() == 100)
                stage.clock.advance(.milliseconds(100))
                #expect(stage.loop.step() == nil)
                #expect(stage.client.reads == 2)
                #expect(String(decoding: stage.pty.written(), as: UTF8.self).contains("ninety"))
                #expect(stage.loop.timeout() == -1)
                // The same picture again costs nothing on the wire.
                stage.clock.advance(.milliseconds(100))
                stage.client.show { _ in }
                #expect(stage.loop.step() == nil)
                #expect(stage.client.reads == 3)
                #expect(stage.pty.written().isEmpty)
            }
        }

        @Test func keysAreAnsweredAtOnce() throws {
            try withLoop { stage in
                _ = stage.pty.written()
                stage.pty.type("p")
                #expect(stage.loop.step() == nil)
                #expect(stage.client.commands == ["pause([1])"])
                stage.client.show { $0.transfers[0].state = .paused }
                #expect(stage.loop.step() == nil)
                #expect(String(decoding: stage.pty.written(), as: UTF8.self).contains("paused"))
                stage.pty.type("?")
                #expect(stage.loop.step() == nil)
                #expect(String(decoding: stage.pty.written(), as: UTF8.self).contains("Keys and signs"))
                stage.pty.type("q")
                #expect(stage.loop.step() == .quit)
            }
        }

        @Test func theMouseIsForTheScreenUntilAKeySaysOtherwise() throws {
            try withLoop { stage in
                stage.client.show { $0.transfers.append(FixtureStates.transfer(2, "second")) }
                stage.clock.advance(.milliseconds(100))
                #expect(stage.loop.step() == nil)
                #expect(String(decoding: stage.pty.written(), as: UTF8.self).contains("second"))
                stage.pty.type("\u{1B}[<65;1;1Mp")
                #expect(stage.loop.step() == nil)
                #expect(stage.client.commands == ["pause([2])"])
                stage.pty.type("M")
                #expect(stage.loop.step() == nil)
                #expect(String(decoding: stage.pty.written(), as: UTF8.self).contains("\u{1B}[?1000l\u{1B}[?1006l"))
                stage.pty.type("M")
                #expect(stage.loop.step() == nil)
                #expect(String(decoding: stage.pty.written(), as: UTF8.self).contains("\u{1B}[?1000h\u{1B}[?1006h"))
            }
        }

        @Test func extrasAreSentAndTakenBack() throws {
            var settings = TerminalSettings.bare
            settings.title = true
            settings.progress = .on
            settings.notify = .bell
            try withLoop(settings: settings) { stage in
                let first = String(decoding: stage.pty.written(), as: UTF8.self)
                #expect(first.contains("\u{1B}[22;2t\u{1B}]2;first - carryon\u{7}"))
                #expect(first.contains("\u{1B}]9;4;3;0\u{7}"))
                // The engine of the test is idle: nothing to wake up for.
                #expect(stage.loop.timeout() == -1)
                stage.pty.type("\u{1B}[O")
                #expect(stage.loop.step() == nil)
                stage.clock.advance(.seconds(1))
                stage.client.show {
                    $0.transfers[0].state = .failed
                    $0.transfers[0].error = TransferError(.notFound, "gone")
                }
                #expect(stage.loop.step() == nil)
                let second = String(decoding: stage.pty.written(), as: UTF8.self)
                #expect(second.contains("\u{1B}]2;1 stopped - carryon\u{7}"))
                #expect(second.contains("\u{1B}]9;4;2;100\u{7}"))
                #expect(second.hasSuffix("\u{7}") && second.contains("\u{7}\u{1B}]2;"))
                #expect(stage.loop.timeout() == -1)
                // To the shell and back.
                pthread_kill(pthread_self(), SIGCONT)
                #expect(stage.loop.step() == nil)
                stage.loop.terminal.suspend()
                let last = String(decoding: stage.pty.written(), as: UTF8.self)
                #expect(last.contains("\u{1B}]9;4;0;0\u{7}\u{1B}[23;2t"))
                stage.loop.terminal.send(.title("too late"))
                #expect(stage.pty.written().isEmpty)
            }
        }

        @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
        func signalsEndTheLoop(_ signal: Int32) throws {
            try withLoop { stage in
                pthread_kill(pthread_self(), signal)
                #expect(stage.loop.step() == .signal(signal))
            }
        }

        @Test func aNewSizeIsDrawnOnceItSettles() throws {
            try withLoop { stage in
                for columns in [90, 95, 100] as [UInt16] {
                    stage.pty.resize(columns: columns, rows: 30)
                    pthread_kill(pthread_self(), SIGWINCH)
                    #expect(stage.loop.step() == nil)
                    #expect(stage.loop.timeout() == 30)
                }
                _ = stage.pty.written()
                stage.clock.advance(.milliseconds(30))
                #expect(stage.loop.step() == nil)
                // The rules of a wide screen are as long as it.
                let rule = String(repeating: "─", count: 40)
                #expect(String(decoding: stage.pty.written(), as: UTF8.self).contains(rule))
                #expect(stage.loop.timeout() == -1)
            }
        }

        @Test func aCountdownWakesOncePerSecond() throws {
            try withLoop { stage in
                stage.clock.advance(.seconds(1))
                stage.client.show {
                    $0.transfers[0].state = .waiting
                    $0.transfers[0].waitingUntil = Instant(nanoseconds: 3_500_000_000)
                }
                #expect(stage.loop.step() == nil)
                _ = stage.pty.written()
                #expect(stage.loop.timeout() == 500)
                stage.clock.advance(.milliseconds(1500))
                #expect(stage.loop.step() == nil)
                #expect(!stage.pty.written().isEmpty)
                #expect(stage.loop.timeout() == 1000)
            }
        }

        @Test func aContinuedProcessPaintsEverything() throws {
            try withLoop { stage in
                _ = stage.pty.written()
                pthread_kill(pthread_self(), SIGCONT)
                #expect(stage.loop.step() == nil)
                #expect(String(decoding: stage.pty.written(), as: UTF8.self).contains("first"))
            }
        }
    }
}
