import CNcurses
import Foundation
import Testing

@testable import CursesTerminal
@testable import TerminalUI

extension RealCurses {
    /// What themes become on terminals with more or fewer colours.
    @Suite struct PaletteTests {
        private static let theme = Theme(
            name: "Test", background: .rgb(RGB(0, 0, 95)),
            looks: [
                .text: .init(.rgb(RGB(255, 255, 255))), .muted: .init(.rgb(RGB(135, 135, 135))),
                .error: .init(.rgb(RGB(255, 135, 0)), on: .indexed(7), attributes: .underline),
            ])

        init() {
            setenv("LC_ALL", "C.UTF-8", 1)
        }

        /// What is sent for one frame on a terminal of that type.
        private func sent(
            _ style: Style, type: String = "xterm-256color", theme: Theme = Self.theme,
            options: CursesTerminal.Options = .init()
        ) throws -> String {
            let pty = try Pty(columns: 20, rows: 3)
            defer { pty.closeTerminal() }
            let terminal = try CursesTerminal(input: pty.terminal, output: pty.terminal, type: type, options: options)
            defer { terminal.restore() }
            terminal.use(theme)
            var canvas = Canvas(size: Size(columns: 20, rows: 3), glyphs: .utf8)
            canvas.put("x", row: 1, column: 2, columns: 1, style: style)
            terminal.present(canvas.frame)
            return String(decoding: pty.written(), as: UTF8.self)
        }

        @Test func aThemeIsDrawnInTheNearestOf256Colours() throws {
            let output = try sent(.error)
            #expect(output.contains("48;5;17m"), "the background: \(output.debugDescription)")
            let renditions = CursesTests.renditions(in: Array(output.utf8))
            // Its own attributes, colour and background, and not the usual bold.
            #expect(renditions.isSuperset(of: [4, 38, 5, 208, 47]) && !renditions.contains(1))
        }

        @Test func aThemeIsDrawnInEightColours() throws {
            let output = try sent(.muted, type: "xterm", options: .init())
            #expect(output.contains("40m") && output.contains("37m"), "\(output.debugDescription)")
            #expect(!output.contains(";5;"))
        }

        /// Its description is made here, because a base system has none.
        @Test func allColoursAreUsedWhereTheDescriptionOffersThem() throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "carryon-terminfo-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let source = #"""
                carryon-direct|all colours, RGB, colors#0x1000000, pairs#0x7FFF, use=xterm-256color,
                \#tsetaf=\E[%?%p1%{8}%<%t3%p1%d%e38:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%d%;m,
                \#tsetab=\E[%?%p1%{8}%<%t4%p1%d%e48:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%d%;m,

                """#
            let file = folder.appending(path: "source")
            try Data(source.utf8).write(to: file)
            let tic = Process()
            tic.executableURL = URL(filePath: "/usr/bin/tic")
            tic.arguments = ["-x", "-o", folder.path, file.path]
            try tic.run()
            tic.waitUntilExit()
            try #require(tic.terminationStatus == 0)
            setenv("TERMINFO", folder.path, 1)
            defer { unsetenv("TERMINFO") }
            let output = try sent(.error, type: "carryon-direct")
            #expect(output.contains("48:2::0:0:95m"), "\(output.debugDescription)")
            #expect(output.contains("38:2::255:135:0m"))
            #expect(output.contains("47m"))
        }

        @Test func withoutColoursOnlyAttributesRemain() throws {
            var options = CursesTerminal.Options()
            options.colors = false
            for (type, options) in [("xterm-256color", options), ("vt100", .init())] {
                let output = try sent(.muted, type: type, options: options)
                #expect(CursesTests.renditions(in: Array(output.utf8)).isDisjoint(with: 30...49))
            }
            let output = try sent(.error, options: options)
            #expect(CursesTests.renditions(in: Array(output.utf8)).isSuperset(of: [1, 4]))
        }

        @Test func aThemeCanBeChangedAtAnyTime() throws {
            let pty = try Pty(columns: 20, rows: 3)
            defer { pty.closeTerminal() }
            let terminal = try CursesTerminal(
                input: pty.terminal, output: pty.terminal, type: "xterm-256color", options: .init())
            defer { terminal.restore() }
            var canvas = Canvas(size: Size(columns: 20, rows: 3), glyphs: .utf8)
            canvas.put("x", row: 1, column: 2, columns: 1, style: .error)
            terminal.present(canvas.frame)
            #expect(CursesTests.renditions(in: pty.written()).contains(31))
            terminal.use(Self.theme)
            #expect(pty.written().isEmpty, "nothing is drawn before the next frame")
            terminal.present(canvas.frame)
            #expect(CursesTests.renditions(in: pty.written()).isSuperset(of: [48, 5, 17, 38, 208]))
            terminal.use(.terminal)
            terminal.present(canvas.frame)
            let renditions = CursesTests.renditions(in: pty.written())
            #expect(renditions.contains(31) && renditions.isDisjoint(with: [17, 208]))
        }

        /// As many colours as nobody needs, on a terminal with 64 pairs.
        @Test func whenThePairsRunOutEverythingIsDrawnAllTheSame() throws {
            let pty = try Pty(columns: 80, rows: 3)
            defer { pty.closeTerminal() }
            let terminal = try CursesTerminal(
                input: pty.terminal, output: pty.terminal, type: "xterm", options: .init())
            defer { terminal.restore() }
            let palette = Palette(useColors: true)
            let backgrounds = [ThemeColor.terminalDefault] + (0..<8).map { ThemeColor.indexed($0) }
            let all: [Appearance] = (UInt8(0)..<8).flatMap { foreground -> [Appearance] in
                backgrounds.map { Appearance(foreground: .indexed(foreground), background: $0) }
            }
            let pairs = all.map { palette.pair(of: $0) }
            #expect(carryon_color_pairs() == 64)
            #expect(Set(pairs) == Set(1...63))
            // The last ones share a pair with others on the same background.
            for (appearance, pair) in zip(all, pairs) {
                var colors: (Int32, Int32) = (0, 0)
                extended_pair_content(Int32(pair), &colors.0, &colors.1)
                let background: Int32 = if case .indexed(let index) = appearance.background { Int32(index) } else { -1 }
                #expect(colors.1 == background)
            }
        }
    }
}
