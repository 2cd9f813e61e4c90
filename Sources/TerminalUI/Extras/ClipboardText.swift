import TransferCore

/// Text for the clipboard, without secrets and without anything that would run when it is pasted into a shell by
/// mistake: control characters are written out, and only the lines are its own.
public struct ClipboardText: Hashable, Sendable {
    /// In bytes of base64: longer text is cut or refused by some terminals.
    public static let limit = 8192

    public let description: String

    /// - Returns: `nil` if there is too much of it, or nothing.
    public init?(_ lines: [SafeText]) {
        let text = lines.map { Self.withoutSecrets($0.description) }.joined(separator: "\n")
        guard !text.isEmpty, (text.utf8.count + 2) / 3 * 4 <= Self.limit else { return nil }
        description = text
    }

    /// Takes the secrets out of every address in the line.
    private static func withoutSecrets(_ line: String) -> String {
        line.split(separator: " ", omittingEmptySubsequences: false).map { word -> String in
            guard let scheme = word.firstRange(of: "://") else { return String(word) }
            // What stands before the address, such as a quote, is none of it.
            let start =
                word[..<scheme.lowerBound].lastIndex { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
                .map(word.index(after:)) ?? word.startIndex
            return word[..<start] + Redaction.address(String(word[start...]))
        }.joined(separator: " ")
    }
}
