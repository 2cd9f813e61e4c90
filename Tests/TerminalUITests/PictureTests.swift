import Foundation
import Testing
import TransferCore

@testable import TerminalUI

/// Pictures for the README.
@Suite struct PictureTests {
    private static let look = Theme(
        name: "Test", background: .rgb(RGB(0x10, 0x20, 0x30)),
        looks: [
            .text: .init(.rgb(RGB(0xEE, 0xEE, 0xEE))), .error: .init(.rgb(RGB(0xFF, 0, 0x10))),
            .chunkSafe: .init(.indexed(2)),
        ])

    private func frame(_ draw: (inout Canvas) -> Void) -> Frame {
        var canvas = Canvas(size: Size(columns: 12, rows: 2), glyphs: .utf8)
        draw(&canvas)
        return canvas.frame
    }

    private func lines(_ frame: Frame) -> [Substring] {
        Picture.svg(frame, theme: Self.look, title: "a <b> & \"c\"").split(separator: "\n")
    }

    @Test func everyRunStandsInItsColumns() {
        let lines = lines(
            frame { canvas in
                canvas.put("a b  c<&日", row: 0, column: 1, columns: 11)
                canvas.put("██▄", row: 1, column: 0, columns: 3, style: Style(.chunkSafe))
                canvas.put("no", row: 1, column: 4, columns: 2, style: Style(.error, [.bold, .reverse]))
            })
        #expect(lines[0].contains("width=\"120\" height=\"58\" role=\"img\""))
        #expect(lines[1] == "<title>a &lt;b&gt; &amp; &quot;c&quot;</title>")
        #expect(
            lines.dropFirst(3) == [
                "<rect width=\"120\" height=\"58\" rx=\"8\" fill=\"#102030\"/>",
                "<rect x=\"44\" y=\"29\" width=\"16\" height=\"17\" fill=\"#ff0010\"/>",
                "<rect x=\"12\" y=\"30\" width=\"16\" height=\"16\" fill=\"#8cc265\"/>",
                "<rect x=\"28\" y=\"38\" width=\"8\" height=\"8\" fill=\"#8cc265\"/>",
                "<text class=\"c0\" x=\"20\" y=\"25\" textLength=\"24\">a b</text>",
                "<text class=\"c0\" x=\"60\" y=\"25\" textLength=\"24\">c&lt;&amp;</text>",
                "<text class=\"c0\" x=\"84\" y=\"25\" textLength=\"16\">日</text>",
                "<text class=\"c1\" x=\"44\" y=\"42\" textLength=\"16\">no</text>",
                "</svg>",
            ])
        #expect(lines[2].contains(".c0{fill:#eeeeee}.c1{fill:#102030;font-weight:bold}"))
    }

    /// Every screen, in a theme of its own colours and in that of the terminal.
    @Test func picturesOfScreensAreSmallWholeAndAlwaysTheSame() throws {
        for scene in SnapshotTests.scenes where scene.size == Fixtures.standard && scene.glyphs == .utf8 {
            let frame = render(scene.state(scene.size), size: scene.size, capabilities: Capabilities())
            for theme in [Self.look, .terminal] {
                let picture = Picture.svg(frame, theme: theme, title: "carryon")
                #expect(picture.utf8.count < 60_000, "\(scene.name)")
                #expect(picture == Picture.svg(frame, theme: theme, title: "carryon"))
                // Well-formed as far as this shows: every element ends, and nothing stands between them.
                for line in picture.split(separator: "\n").dropFirst(4).dropLast() {
                    #expect(line.hasPrefix("<") && (line.hasSuffix("/>") || line.hasSuffix("</text>")), "\(line)")
                    #expect(line.count { $0 == "<" } == (line.hasPrefix("<text") ? 2 : 1), "\(line)")
                }
            }
        }
    }

    @Test func charactersThatXMLForbidsAreReplaced() {
        let lines = lines(frame { $0.put("\(SafeText("a\u{FFFE}\u{FFFF}b"))", row: 0, column: 0, columns: 12) })
        #expect(lines.contains { $0.hasSuffix(">a\u{FFFD}\u{FFFD}b</text>") })
    }
}
