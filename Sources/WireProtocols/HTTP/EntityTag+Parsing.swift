import TransferCore

extension EntityTag {
    /// Reads `ETag` (RFC 9110 §8.8.3).
    ///
    /// What is not a well-formed tag is kept as it came and called weak: it can still tell that a file has changed,
    /// but cannot be trusted to come back in a precondition. The same holds for a tag with characters outside ASCII,
    /// whose bytes may not be known any more.
    ///
    /// - Returns: `nil` if there is nothing, or a control character.
    public static func parse(_ text: String) -> EntityTag? {
        let text = FieldSyntax.trimmed(text)
        guard !FieldSyntax.holdsControl(text) else { return nil }
        let isMarkedWeak = text.hasPrefix("W/")
        let opaque = isMarkedWeak ? String(text.dropFirst(2)) : text
        guard !opaque.isEmpty else { return nil }
        return EntityTag(opaque: opaque, isWeak: isMarkedWeak || !isWellFormed(opaque))
    }

    private static func isWellFormed(_ opaque: String) -> Bool {
        let bytes = opaque.utf8
        let quote = UInt8(ascii: "\"")
        guard bytes.count >= 2, bytes.first == quote, bytes.last == quote else { return false }
        return bytes.dropFirst().dropLast().allSatisfy { (0x21...0x7E).contains($0) && $0 != quote }
    }
}
