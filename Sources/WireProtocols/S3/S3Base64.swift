import FoundationEssentials

/// Checksums between hex, which carryon keeps, and base64, which S3 speaks.
enum S3Base64 {
    /// Empty if the text is not hex.
    static func encode(hex: String) -> String {
        Data(Hex.decode(hex) ?? []).base64EncodedString()
    }
}
