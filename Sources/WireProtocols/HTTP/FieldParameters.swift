/// A value followed by parameters, `value; name=token; name="quoted string"` (RFC 9110 §5.6.6).
struct FieldParameters {
    /// The token before the first semicolon, in lowercase.
    var value: String
    /// By lowercase name, unquoted.
    var parameters: [String: String]

    /// - Returns: `nil` if the field is not of that form or names a parameter twice.
    static func parse(_ text: String) -> FieldParameters? {
        var scanner = Scanner(bytes: Array(text.utf8))
        scanner.skipWhitespace()
        guard let value = scanner.token(alsoSlash: true) else { return nil }
        var result = FieldParameters(value: FieldSyntax.lowercased(value), parameters: [:])
        while true {
            scanner.skipWhitespace()
            if scanner.isAtEnd { return result }
            guard scanner.take(UInt8(ascii: ";")) else { return nil }
            scanner.skipWhitespace()
            // Empty parameters are permitted, also at the end.
            if scanner.isAtEnd || scanner.next == UInt8(ascii: ";") { continue }
            guard let name = scanner.token().map({ FieldSyntax.lowercased($0) }) else { return nil }
            // Whitespace around "=" is forbidden but was permitted once (RFC 9110 §5.6.6).
            scanner.skipWhitespace()
            guard scanner.take(UInt8(ascii: "=")) else { return nil }
            scanner.skipWhitespace()
            guard let value = scanner.next == UInt8(ascii: "\"") ? scanner.quotedString() : scanner.token(),
                result.parameters.updateValue(value, forKey: name) == nil
            else { return nil }
        }
    }

    private struct Scanner {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) {
            self.bytes = bytes
        }

        var isAtEnd: Bool { position == bytes.count }
        var next: UInt8? { isAtEnd ? nil : bytes[position] }

        mutating func skipWhitespace() {
            while let next, FieldSyntax.isWhitespace(next) { position += 1 }
        }

        mutating func take(_ byte: UInt8) -> Bool {
            guard next == byte else { return false }
            position += 1
            return true
        }

        mutating func token(alsoSlash: Bool = false) -> String? {
            let start = position
            while let next, FieldSyntax.isTokenByte(next) || (alsoSlash && next == UInt8(ascii: "/")) { position += 1 }
            return position == start ? nil : String(decoding: bytes[start..<position], as: UTF8.self)
        }

        /// A quoted string with its escapes undone (RFC 9110 §5.6.4).
        mutating func quotedString() -> String? {
            guard take(UInt8(ascii: "\"")) else { return nil }
            var content: [UInt8] = []
            while let byte = next {
                position += 1
                switch byte {
                case UInt8(ascii: "\""):
                    return String(validating: content, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let escaped = next else { return nil }
                    position += 1
                    content.append(escaped)
                default:
                    content.append(byte)
                }
            }
            return nil
        }
    }
}
