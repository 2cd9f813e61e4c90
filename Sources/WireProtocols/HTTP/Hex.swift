/// Bytes as hexadecimal digits in lowercase.
enum Hex {
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// `nil` if the text is not of whole bytes.
    static func decode(_ text: String) -> [UInt8]? {
        let values = text.utf8.compactMap(FieldSyntax.hexValue)
        guard values.count == text.utf8.count, values.count % 2 == 0 else { return nil }
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
