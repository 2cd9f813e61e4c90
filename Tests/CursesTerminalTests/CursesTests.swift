import CNcurses
import Glibc
import Testing
import TransferCore

@testable import CursesTerminal
@testable import TerminalUI

/// Curses for real. It has one terminal at a time, and so have these suites.
@Suite(.serialized) enum RealCurses {}

extension RealCurses {
    @Suite struct CursesTests {
        init() {
            setenv("LC_ALL", "C.UTF-8", 1)
        }

        /// Runs `body` with a terminal of 80 × 24.
        func withTerminal(
            type: String = "xterm-256color", options: CursesTerminal.Options = .init(),
            _ body: (Pty, CursesTerminal) throws -> Void
        ) throws {
            let pty = try Pty(columns: 80, rows: 24)
            defer { pty.closeTerminal() }
            let terminal = try CursesTerminal(input: pty.terminal, output: pty.terminal, type: type, options: options)
            try body(pty, terminal)
            terminal.restore()
        }

        func frame(_ text: Label, columns: Int = 80, rows: Int = 24, style: Style = .text) -> Frame {
            var canvas = Canvas(size: Size(columns: columns, rows: rows), glyphs: .utf8)
            canvas.put(text, row: 2, column: 3, columns: columns - 3, style: style)
            return canvas.frame
        }

        /// The numbers of all `ESC [ … m` sequences.
        static func renditions(in bytes: [UInt8]) -> Set<Int> {
            var numbers: Set<Int> = []
            for part in String(decoding: bytes, as: UTF8.self).split(separator: "\u{1B}[") {
                guard let end = part.firstIndex(where: { !$0.isNumber && $0 != ";" }), part[end] == "m" else {
                    continue
                }
                numbers.formUnion(part[..<end].split(separator: ";").compactMap { Int($0) })
            }
            return numbers
        }

        @Test func anUnchangedFrameWritesNothing() throws {
            try withTerminal { pty, terminal in
                terminal.present(frame("hello"))
                #expect(String(decoding: pty.written(), as: UTF8.self).contains("hello"))
                terminal.present(frame("hello"))
                #expect(pty.written().isEmpty)
                terminal.present(frame("hellO"))
                let change = pty.written()
                #expect(!change.isEmpty && change.count < 40)
                terminal.repaint()
                terminal.present(frame("hellO"))
                #expect(String(decoding: pty.written(), as: UTF8.self).contains("hellO"))
            }
        }

        @Test func wideAndCombiningCharactersStandInTheirColumns() throws {
            try withTerminal { pty, terminal in
                let text: Label = "日本e\u{301}x語|👍z"
                let frame = frame(text)
                terminal.present(frame)
                let window = carryon_screen()
                for column in 0..<80 where frame[2, column].width > 0 {
                    var cell = cchar_t()
                    mvwin_wch(window, 2, Int32(column), &cell)
                    let first = frame[2, column].text.unicodeScalars.first?.value
                    #expect(UInt32(bitPattern: cell.chars.0) == first, "column \(column)")
                }
                let output = String(decoding: pty.written(), as: UTF8.self)
                #expect(output.contains("日本e\u{301}x語|👍z"))
            }
        }

        @Test func everyRoleAndGlyphIsPainted() throws {
            try withTerminal { pty, terminal in
                let state = FixtureStates.detail
                terminal.present(render(state, size: terminal.size, capabilities: terminal.capabilities))
                let written = pty.written()
                let output = String(decoding: written, as: UTF8.self)
                for glyph in ["░", "█", "·", "×", "!", "2"] { #expect(output.contains(glyph), "\(glyph)") }
                // Dim, bold and reverse; green, red and yellow.
                #expect(Self.renditions(in: written).isSuperset(of: [1, 2, 7, 31, 32, 33]))
            }
        }

        @Test func withoutColoursNoColourIsSent() throws {
            var options = CursesTerminal.Options()
            options.colors = false
            try withTerminal(options: options) { pty, terminal in
                #expect(terminal.capabilities.colors == 0)
                for role in Role.allCases { terminal.present(frame("x", style: Style(role, .bold))) }
                let renditions = Self.renditions(in: pty.written())
                #expect(renditions.contains(1))
                #expect(renditions.isDisjoint(with: 30...49))
            }
        }

        @Test func monochromeTerminalsWork() throws {
            try withTerminal(type: "vt100") { pty, terminal in
                #expect(terminal.capabilities.colors == 0)
                terminal.present(frame("hello", style: .error))
                #expect(String(decoding: pty.written(), as: UTF8.self).contains("hello"))
            }
        }

        @Test func otherLocalesGetASCII() throws {
            setenv("LC_ALL", "C", 1)
            defer {
                setenv("LC_ALL", "C.UTF-8", 1)
                setlocale(LC_ALL, "C.UTF-8")
            }
            try withTerminal { _, terminal in #expect(terminal.capabilities.glyphs == .ascii) }
        }

        @Test func theTextConsoleGetsItsOwnGlyphs() throws {
            try withTerminal(type: "linux") { _, terminal in #expect(terminal.capabilities.glyphs == .cp437) }
        }

        @Test func unusableTerminalsAreRefusedWithAReason() throws {
            let pty = try Pty(columns: 80, rows: 24)
            defer { pty.closeTerminal() }
            #expect(throws: TerminalError.unknownType("no-such-terminal")) {
                try CursesTerminal(input: pty.terminal, output: pty.terminal, type: "no-such-terminal")
            }
            #expect(throws: TerminalError.cannotMoveCursor("dumb")) {
                try CursesTerminal(input: pty.terminal, output: pty.terminal, type: "dumb")
            }
            let file = open("/dev/null", O_RDWR)
            defer { close(file) }
            #expect(throws: TerminalError.noTerminal) { try CursesTerminal(input: file, output: file, type: "xterm") }
            #expect(TerminalError.unknownType("a\u{1B}b").description.contains("\\x1b"))
        }

        @Test func keysAreRead() throws {
            try withTerminal { pty, terminal in
                #expect(terminal.readInput().isEmpty)
                pty.type("jé日\r\u{C}\u{1B}OA\u{1B}[6~\u{1B}OP\u{7F}\t")
                let expected: [Key] = [
                    .character("j"), .character("é"), .character("日"), .enter, .control("l"), .up, .pageDown,
                    .function(1),
                    .backspace, .tab,
                ]
                #expect(terminal.inputs(expected.count) == expected.map(Input.key))
                pty.type("\u{1B}")
                #expect(terminal.inputs(1) == [.key(.escape)])
            }
        }

        @Test func aNewSizeIsNoticed() throws {
            try withTerminal { pty, terminal in
                terminal.present(frame("one"))
                _ = pty.written()
                pty.resize(columns: 100, rows: 30)
                #expect(terminal.size == Size(columns: 100, rows: 30))
                terminal.resized()
                terminal.present(frame("two", columns: 100, rows: 30))
                #expect(String(decoding: pty.written(), as: UTF8.self).contains("two"))
                // A frame that was made for another size does no harm.
                terminal.present(frame("three", columns: 140, rows: 50))
                terminal.present(frame("four", columns: 10, rows: 5))
                #expect(String(decoding: pty.written(), as: UTF8.self).contains("four"))
            }
        }

        @Test func theTerminalIsGivenBack() throws {
            let pty = try Pty(columns: 80, rows: 24)
            defer { pty.closeTerminal() }
            var before = termios()
            tcgetattr(pty.terminal, &before)
            let terminal = try CursesTerminal(input: pty.terminal, output: pty.terminal, type: "xterm-256color")
            terminal.present(frame("hello"))
            var during = termios()
            tcgetattr(pty.terminal, &during)
            #expect(during.c_lflag & tcflag_t(ICANON | ECHO) == 0)
            #expect(during.c_iflag & tcflag_t(IXON) == 0)
            #expect(during.c_lflag & tcflag_t(ISIG) != 0)
            _ = pty.written()
            terminal.restore()
            #expect(String(decoding: pty.written(), as: UTF8.self).contains("\u{1B}[?1049l"))
            terminal.restore()
            terminal.present(frame("too late"))
            #expect(pty.written().isEmpty)
            var after = termios()
            tcgetattr(pty.terminal, &after)
            #expect(
                after.c_lflag == before.c_lflag && after.c_iflag == before.c_iflag && after.c_oflag == before.c_oflag)
        }

        @Test func afterASuspensionEverythingIsPaintedAgain() throws {
            try withTerminal { pty, terminal in
                terminal.present(frame("hello"))
                terminal.suspend()
                #expect(String(decoding: pty.written(), as: UTF8.self).contains("\u{1B}[?1049l"))
                terminal.resumeAfterSuspend()
                terminal.present(frame("hello"))
                let output = String(decoding: pty.written(), as: UTF8.self)
                #expect(output.contains("\u{1B}[?1049h"))
                #expect(output.contains("hello"))
            }
        }
    }
}

extension CursesTerminal {
    /// Waits until `count` things have come.
    func inputs(_ count: Int) -> [Input] {
        var inputs: [Input] = []
        while inputs.count < count {
            var descriptor = pollfd(fd: inputDescriptor, events: Int16(POLLIN), revents: 0)
            guard hasUnreadInput || poll(&descriptor, 1, 60_000) == 1 else { break }
            inputs += readInput()
        }
        return inputs
    }
}

enum FixtureStates {
    static func transfer(_ id: Int64, _ name: String) -> TransferSnapshot {
        TransferSnapshot(
            id: TransferID(id), direction: .download, source: SafeText("https://example.org/\(name)"),
            destination: SafeText("/tmp/\(name)"), name: SafeText(name), state: .active,
            createdAt: WallTime(milliseconds: 0))
    }

    /// A transfer with chunks in all states, opened.
    static var detail: AppState {
        var transfer = transfer(1, "a")
        transfer.chunks = (0..<300).map { ChunkStatus(state: $0 < 200 ? .done : .pending, share: $0 < 200 ? 255 : 0) }
        transfer.chunks[3] = ChunkStatus(state: .failed)
        transfer.chunks[5] = ChunkStatus(state: .waiting, retries: 2)
        transfer.chunks[7] = ChunkStatus(state: .skipped, share: 255)
        transfer.chunks[9] = ChunkStatus(state: .active, isRefetch: true)
        var snapshot = EngineSnapshot(takenAt: .zero, takenAtWall: WallTime(milliseconds: 0))
        snapshot.transfers = [transfer]
        var state = AppState(size: Size(columns: 80, rows: 24))
        _ = state.update(.snapshot(snapshot))
        _ = state.update(.key(.enter))
        return state
    }
}
