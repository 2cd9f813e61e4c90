import TransferCore

/// What an object store calls the content of a part or an object. Stores write one tag in several ways, with and
/// without quotes.
enum S3EntityTag {
    static func isSame(_ left: String, _ right: String) -> Bool {
        bare(left) == bare(right)
    }

    /// Without quotes and mark of weakness.
    static func bare(_ text: String) -> String {
        var tag = FieldSyntax.trimmed(text)[...]
        if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
        if tag.utf8.count >= 2, tag.utf8.first == UInt8(ascii: "\""), tag.utf8.last == UInt8(ascii: "\"") {
            tag = tag.dropFirst().dropLast()
        }
        return String(tag)
    }

    /// The MD5 in lowercase hex if that is what the tag looks like, as it does for a part or an object of one piece
    /// unless that is encrypted with a key of its own.
    static func md5(_ text: String) -> String? {
        let tag = bare(text)
        guard tag.utf8.count == 32, tag.utf8.allSatisfy({ Hex.value(ofDigit: $0) != nil }) else { return nil }
        return FieldSyntax.lowercased(tag)
    }
}
