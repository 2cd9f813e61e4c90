/// Text from outside that is safe to show: on a terminal, in a title, in a log.
///
/// Everything that could move a cursor, change a colour, reorder a line or hide itself is replaced by a visible
/// escape such as `\x1b` or `\u{202e}`: C0 and C1 controls, DEL, bidirectional controls, zero-width and tag
/// characters, and line separators.
public struct SafeText: Hashable, Sendable, CustomStringConvertible {
    /// The text, without any character that a terminal acts upon.
    public let description: String

    public init(_ text: String) {
        // Nearly all text is harmless, and the queue makes ten thousand of these.
        guard text.unicodeScalars.contains(where: Self.isUnsafe) else {
            description = text
            return
        }
        var safe = ""
        for scalar in text.unicodeScalars {
            if Self.isUnsafe(scalar) {
                let hex = String(scalar.value, radix: 16)
                safe += scalar.value < 0x100 ? "\\x" + (hex.count < 2 ? "0" : "") + hex : "\\u{\(hex)}"
            } else {
                safe.unicodeScalars.append(scalar)
            }
        }
        description = safe
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E: false
        case 0..<0x20, 0x7F...0x9F: true
        case 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5: true
        case 0x180B...0x180F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F: true
        case 0x3164, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0...0xFFFB: true
        case 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF: true
        default: false
        }
    }
}
