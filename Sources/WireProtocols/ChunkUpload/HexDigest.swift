import TransferCore

/// A SHA-256 in hex.
enum HexDigest {
    /// In lowercase; `nil` if it is not of 64 digits.
    static func normalized(_ text: String) -> String? {
        guard text.utf8.count == 64, text.utf8.allSatisfy({ Hex.value(ofDigit: $0) != nil }) else { return nil }
        return FieldSyntax.lowercased(text)
    }
}
