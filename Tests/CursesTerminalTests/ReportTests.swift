import CNcurses
import Glibc
import Testing

@testable import CursesTerminal
@testable import TerminalUI

extension RealCurses {
    /// Mouse, focus and paste on a real terminal.
    @Suite struct ReportTests {
        init() {
            setenv("LC_ALL", "C.UTF-8", 1)
        }

        private func withTerminal(
            type: String = "xterm-256color", _ body: (Pty, CursesTerminal) throws -> Void
        ) throws {
            let pty = try Pty(columns: 80, rows: 24)
            defer { pty.closeTerminal() }
            let terminal = try CursesTerminal(input: pty.terminal, output: pty.terminal, type: type)
            try body(pty, terminal)
            terminal.restore()
        }

        /// The private modes that are on after these bytes.
        private func modes(after bytes: [UInt8], before: Set<Int> = []) -> Set<Int> {
            var modes = before
            for part in String(decoding: bytes, as: UTF8.self).split(separator: "\u{1B}[?") {
                let numbers = part.prefix { $0.isNumber || $0 == ";" }
                for number in numbers.split(separator: ";").compactMap({ Int($0) }) {
                    switch part[numbers.endIndex...].first {
                    case "h": modes.insert(number)
                    case "l": modes.remove(number)
                    default: break
                    }
                }
            }
            return modes.intersection([1000, 1002, 1003, 1004, 1006, 2004, 1049])
        }

        /// Terminals that curses knows otherwise, too: it must not have its own idea of these sequences.
        @Test(arguments: ["xterm-256color", "tmux-256color", "screen-256color", "linux", "vt100"])
        func reportsAreRead(_ type: String) throws {
            try withTerminal(type: type) { pty, terminal in
                pty.type("\u{1B}[<0;3;2M\u{1B}[<0;3;2m\u{1B}[I\u{1B}[<65;200;2Mq\u{1B}[O")
                pty.type("\u{1B}[200~aé\rb\u{1B}[201~")
                #expect(
                    terminal.inputs(6) == [
                        .mouse(MouseEvent(.left, row: 1, column: 2)), .focus(true),
                        .mouse(MouseEvent(.wheelDown, row: 1, column: 199)), .key(.character("q")), .focus(false),
                        .paste("aé\nb"),
                    ])
            }
        }

        @Test func terminalsOfOtherFamiliesAreAskedForNothing() throws {
            try withTerminal(type: "vt52") { pty, terminal in
                terminal.captureMouse(true)
                terminal.restore()
                #expect(!String(decoding: pty.written(), as: UTF8.self).contains("["))
            }
        }

        @Test func aReportMayComeInPieces() throws {
            try withTerminal { pty, terminal in
                pty.type("\u{1B}[<0;1")
                while carryon_bytes_waiting(terminal.inputDescriptor) < 6 { sched_yield() }
                #expect(terminal.readInput().isEmpty)
                pty.type("2;7M")
                #expect(terminal.inputs(1) == [.mouse(MouseEvent(.left, row: 6, column: 11))])
            }
        }

        @Test func aLargePasteComesWholeAndInTurns() throws {
            try withTerminal { pty, terminal in
                let line = "https://example.org/" + String(repeating: "x", count: 79) + "\n"
                let text = String(repeating: line, count: 1000)
                pty.typeInBackground("\u{1B}[200~" + text + "\u{1B}[201~")
                #expect(terminal.inputs(1) == [.paste(text)])
                #expect(terminal.readInput().isEmpty && !terminal.hasUnreadInput)
            }
        }

        @Test func modesAreUndoneAndTakenUpAgain() throws {
            try withTerminal { pty, terminal in
                #expect(modes(after: pty.written()) == [1004, 2004, 1049])
                terminal.captureMouse(true)
                let captured: Set = [1000, 1004, 1006, 2004, 1049]
                #expect(modes(after: pty.written(), before: [1004, 2004, 1049]) == captured)
                terminal.suspend()
                #expect(modes(after: pty.written(), before: captured).isEmpty)
                // Now it is only remembered.
                terminal.captureMouse(false)
                terminal.captureMouse(true)
                #expect(pty.written().isEmpty)
                terminal.resumeAfterSuspend()
                terminal.present(Frame(size: terminal.size))
                #expect(modes(after: pty.written()) == captured)
                terminal.captureMouse(false)
                #expect(modes(after: pty.written(), before: captured) == [1004, 2004, 1049])
                terminal.captureMouse(true)
                _ = pty.written()
                terminal.restore()
                #expect(modes(after: pty.written(), before: captured).isEmpty)
                terminal.captureMouse(true)
                #expect(pty.written().isEmpty)
            }
        }
    }
}
