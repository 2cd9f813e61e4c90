/// Percent-encoding as S3 signs it (Signature Version 4, "UriEncode"): all but unreserved characters (RFC 3986 §2.3), byte
/// by byte, with digits in uppercase.
enum S3Encoding {
    /// A name or value of a query, or one segment of a path.
    static func component(_ text: some StringProtocol) -> String {
        encode(text, keepsSlash: false)
    }

    /// A key, whose slashes stay.
    static func path(_ key: String) -> String {
        encode(key, keepsSlash: true)
    }

    private static func encode(_ text: some StringProtocol, keepsSlash: Bool) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) || keepsSlash && byte == UInt8(ascii: "/") {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        FieldSyntax.isAlpha(byte) || FieldSyntax.isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "~")
    }
}
