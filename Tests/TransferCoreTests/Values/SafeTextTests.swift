import Testing
import TransferCore

@Suite struct SafeTextTests {
    @Test(arguments: [
        ("\u{1B}[31m", "\\x1b[31m"), ("a\u{0}b", "a\\x00b"), ("a\nb\tc\r", "a\\x0ab\\x09c\\x0d"), ("\u{7F}", "\\x7f"),
        ("\u{9B}2J", "\\x9b2J"), ("\u{202E}gpj", "\\u{202e}gpj"), ("\u{2066}", "\\u{2066}"), ("\u{200B}", "\\u{200b}"),
        ("\u{2028}", "\\u{2028}"), ("\u{FEFF}", "\\u{feff}"), ("\u{E0041}", "\\u{e0041}"), ("\u{AD}", "\\xad"),
        ("\u{61C}", "\\u{61c}"), ("\u{FE0F}", "\\u{fe0f}"), ("\u{3164}", "\\u{3164}"),
    ])
    func dangerousCharactersBecomeVisible(_ text: String, _ safe: String) {
        #expect(SafeText(text).description == safe)
    }

    /// Whatever Unicode calls a control, a line separator, bidirectional or invisible.
    @Test func everyDangerousScalarIsEscaped() {
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let properties = scalar.properties
            let isDangerous =
                [.control, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
                || properties.isDefaultIgnorableCodePoint || properties.isBidiControl
            if isDangerous, SafeText(String(scalar)).description.unicodeScalars.contains(scalar) {
                Issue.record("U+\(String(value, radix: 16)) is let through")
            }
        }
    }

    @Test(arguments: ["", "plain ASCII ~!", "Grüße", "日本語.iso", "naïve", "e\u{301}", "🎉", "a\\b", "עברית"])
    func harmlessTextStaysAsItIs(_ text: String) {
        #expect(SafeText(text).description == text)
    }

    @Test func safeTextIsSafe() {
        let once = SafeText("\u{1B}]0;title\u{7}")
        #expect(SafeText(once.description) == once)
    }
}
