import TerminalUI
import TransferCore

/// Turns extras into bytes. Whatever stands in them, a terminal finds nothing to act upon but what is meant here.
struct ExtraEncoder: Sendable {
    /// Whether the terminal takes operating system commands (OSC); others would print them.
    let takesCommands: Bool
    /// Whether text is written as UTF-8. Otherwise its bytes could be taken for controls.
    let isUTF8: Bool
    /// The command that puts base64 on the clipboard, from the terminal's description.
    let clipboard: @Sendable (_ base64: String) -> [UInt8]

    /// - Returns: Nothing if the terminal cannot do it.
    func bytes(for extra: TerminalExtra) -> [UInt8] {
        switch extra {
        case .title(let text): command("2;" + printable(text, columns: 120))
        case .notification(_, .bell): [7]
        // The name in front also keeps the text from being one of the numbered commands of OSC 9.
        case .notification(let text, .osc9): command("9;carryon: " + printable(text, columns: 200))
        case .notification(let text, .osc777): command("777;notify;carryon;" + printable(text, columns: 200))
        case .notification(_, .auto), .notification(_, .none): []
        case .progress(let progress): command("9;4;" + Self.parameters(progress))
        case .copy(let text): takesCommands ? clipboard(Base64.encode(Array(text.description.utf8))) : []
        }
    }

    /// Pushes the title on the terminal's stack of titles, or takes it from there.
    func title(isSaved: Bool) -> [UInt8] {
        takesCommands ? Array((isSaved ? "\u{1B}[22;2t" : "\u{1B}[23;2t").utf8) : []
    }

    private func command(_ text: String) -> [UInt8] {
        takesCommands ? Array("\u{1B}]\(text)\u{7}".utf8) : []
    }

    /// The text without anything but characters that are seen, on one line.
    private func printable(_ text: Label, columns: Int) -> String {
        // Labels are safe; but here is the last place before a terminal that takes every byte at its word.
        let safe = Label(sanitizing: text.description).fitted(to: columns).description
        return isUTF8 ? safe : String(safe.map { $0.isASCII ? $0 : "?" })
    }

    private static func parameters(_ progress: TaskProgress) -> String {
        switch progress {
        case .none: "0;0"
        case .running(let percent): "1;\(percent)"
        case .stuck(let percent): "2;\(percent)"
        case .indeterminate: "3;0"
        case .paused(let percent): "4;\(percent)"
        }
    }
}

/// Bytes as text (RFC 4648, section 4).
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        var text = ""
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(0) { $0 << 8 | Int($1) }
            bits <<= 8 * (3 - group.count)
            for index in 0..<4 {
                text.append(index <= group.count ? alphabet[bits >> (18 - 6 * index) & 63] : "=")
            }
        }
        return text
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
