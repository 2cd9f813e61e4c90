import CNcurses
import Testing

@testable import CursesTerminal
@testable import TerminalUI

/// What becomes of input that curses has read.
@Suite struct InputParserTests {
    private func parse(_ parts: [Part]) -> [Input] {
        var parser = InputParser()
        return parts.flatMap { part -> [Input] in
            switch part {
            case .report(let report): [parser.take(code: report.rawValue)].compactMap { $0 }
            case .code(let code): [parser.take(code: code)].compactMap { $0 }
            case .text(let text): text.unicodeScalars.compactMap { parser.take(character: $0.value) }
            }
        }
    }

    private enum Part {
        case report(InputParser.Report)
        case code(Int32)
        case text(String)
    }

    @Test(arguments: [
        ("0;1;1M", MouseEvent(.left, row: 0, column: 0)), ("1;80;24M", MouseEvent(.middle, row: 23, column: 79)),
        ("2;300;5M", MouseEvent(.right, row: 4, column: 299)), ("64;2;3M", MouseEvent(.wheelUp, row: 2, column: 1)),
        ("65;2;3M", MouseEvent(.wheelDown, row: 2, column: 1)), ("20;2;3M", MouseEvent(.left, row: 2, column: 1)),
    ])
    func pressesAreReported(_ text: String, _ event: MouseEvent) {
        #expect(parse([.report(.mouse), .text(text + "q")]) == [.mouse(event), .key(.character("q"))])
    }

    /// Releases, motion, sideways wheels and nonsense; none of it is taken for keys.
    @Test(arguments: ["0;1;1m", "32;1;1M", "66;1;1M", "128;1;1M", "0;0;1M", "0;1M", "M", "0;1;99999M"])
    func otherReportsAreNot(_ text: String) {
        let inputs = parse([.report(.mouse), .text(text + "q")])
        #expect(inputs.last == .key(.character("q")))
        #expect(inputs.count == 1 || text == "0;1;99999M")
    }

    @Test(arguments: ["0;1;1;1M", "0;999999999999M", "0;x"])
    func aBrokenReportEndsWhereItBreaks(_ text: String) {
        let inputs = parse([.report(.mouse), .text(text), .code(KEY_UP)])
        #expect(inputs.last == .key(.up))
        #expect(!inputs.contains { if case .mouse = $0 { true } else { false } })
        // The next report is whole.
        let event = MouseEvent(.left, row: 1, column: 1)
        #expect(parse([.report(.mouse), .text("0;1"), .report(.mouse), .text("0;2;2M")]) == [.mouse(event)])
    }

    @Test func reportsOfOldTerminalsAreSwallowed() {
        #expect(parse([.report(.oldMouse), .text(" qqx")]) == [.key(.character("x"))])
    }

    @Test func theFocusComesAndGoes() {
        #expect(parse([.report(.focusOut), .report(.focusIn)]) == [.focus(false), .focus(true)])
    }

    @Test func pastedTextHasNoControlCharacters() {
        let parts: [Part] = [
            .report(.pasteStart), .text("a\tb\rc\r\nd\ne\u{1B}[31m\u{7F}\u{9B}ü👍"), .code(KEY_UP), .report(.focusIn),
            .text("f"), .report(.pasteEnd), .text("q"),
        ]
        #expect(parse(parts) == [.paste("a b\nc\nd\ne[31mü👍f"), .key(.character("q"))])
        #expect(parse([.report(.pasteStart), .text("\u{1}"), .report(.pasteEnd)]).isEmpty)
    }

    @Test func aLongPasteEndsWithItsLastWholeLine() {
        let line = String(repeating: "é", count: PastedText.limit / 4 - 1)
        let parts: [Part] = [
            .report(.pasteStart), .text(line + "\n" + line + "\nhttps://example.org/half"), .report(.pasteEnd),
        ]
        #expect(parse(parts) == [.paste(line + "\n" + line)])
        let endless = String(repeating: "x", count: PastedText.limit + 1)
        #expect(parse([.report(.pasteStart), .text(endless), .report(.pasteEnd)]).isEmpty)
        let exact = String(endless.dropLast())
        #expect(parse([.report(.pasteStart), .text(exact), .report(.pasteEnd)]) == [.paste(exact)])
    }
}
