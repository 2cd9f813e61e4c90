/// A dictionary of structured fields (RFC 9651 §3.2), without the parameters of its members.
struct StructuredDictionary {
    /// A bare item (RFC 9651 §3.3), or a list of them.
    enum Value: Equatable {
        case integer(Int64)
        case decimal(String)
        case string(String)
        case token(String)
        case bytes([UInt8])
        case boolean(Bool)
        case date(Int64)
        case innerList([Value])
    }

    private(set) var members: [String: Value] = [:]

    /// Reads a field, its lines joined with commas (RFC 9651 §4.2.2). Of members with one key the last counts.
    ///
    /// - Returns: `nil` if any of it is malformed, as the RFC demands: no part of a broken field may be used.
    init?(_ text: String) {
        var parser = Parser(bytes: Array(text.utf8))
        parser.skip { $0 == 0x20 }
        while !parser.isAtEnd {
            guard let key = parser.key() else { return nil }
            var value = Value.boolean(true)
            if parser.take(UInt8(ascii: "=")) {
                guard let parsed = parser.itemOrList() else { return nil }
                value = parsed
            }
            guard parser.skipParameters() else { return nil }
            members[key] = value
            parser.skip(FieldSyntax.isWhitespace)
            if parser.isAtEnd { return }
            guard parser.take(UInt8(ascii: ",")) else { return nil }
            parser.skip(FieldSyntax.isWhitespace)
            // A comma at the end is an error.
            if parser.isAtEnd { return nil }
        }
    }

    subscript(key: String) -> Value? { members[key] }
}

/// The parsing algorithms of RFC 9651 §4.2, as far as a dictionary needs them.
private struct Parser {
    typealias Value = StructuredDictionary.Value

    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }
    var next: UInt8? { isAtEnd ? nil : bytes[position] }

    @discardableResult
    mutating func skip(_ isIn: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let rest = bytes[position...]
        let taken = rest.prefix(while: isIn)
        position = taken.endIndex
        return taken
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    /// RFC 9651 §4.2.3.3
    mutating func key() -> String? {
        guard let first = next, Self.isLowercase(first) || first == UInt8(ascii: "*") else { return nil }
        let key = skip {
            Self.isLowercase($0) || FieldSyntax.isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "*")
        }
        return String(decoding: key, as: UTF8.self)
    }

    /// RFC 9651 §4.2.3.2
    mutating func skipParameters() -> Bool {
        while take(UInt8(ascii: ";")) {
            skip { $0 == 0x20 }
            guard key() != nil else { return false }
            if take(UInt8(ascii: "=")), bareItem() == nil { return false }
        }
        return true
    }

    /// RFC 9651 §4.2.1.1
    mutating func itemOrList() -> Value? {
        guard take(UInt8(ascii: "(")) else { return bareItem() }
        var items: [Value] = []
        while true {
            skip { $0 == 0x20 }
            if take(UInt8(ascii: ")")) { return .innerList(items) }
            guard let item = bareItem(), skipParameters(), next == 0x20 || next == UInt8(ascii: ")") else { return nil }
            items.append(item)
        }
    }

    /// RFC 9651 §4.2.3.1
    private mutating func bareItem() -> Value? {
        switch next {
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: ":"): return byteSequence()
        case UInt8(ascii: "?"): return boolean()
        case UInt8(ascii: "@"):
            position += 1
            guard case .integer(let seconds) = number() else { return nil }
            return .date(seconds)
        case let byte? where byte == UInt8(ascii: "*") || FieldSyntax.isAlpha(byte):
            let token = skip {
                FieldSyntax.isTokenByte($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "/")
            }
            return .token(String(decoding: token, as: UTF8.self))
        default: return number()
        }
    }

    private static func isLowercase(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
    }

    /// RFC 9651 §4.2.4
    private mutating func number() -> Value? {
        let isNegative = take(UInt8(ascii: "-"))
        let whole = skip(FieldSyntax.isDigit)
        guard !whole.isEmpty else { return nil }
        if take(UInt8(ascii: ".")) {
            let fraction = skip(FieldSyntax.isDigit)
            guard whole.count <= 12, (1...3).contains(fraction.count) else { return nil }
            let digits = String(decoding: whole, as: UTF8.self) + "." + String(decoding: fraction, as: UTF8.self)
            return .decimal((isNegative ? "-" : "") + digits)
        }
        guard whole.count <= 15, let value = FieldSyntax.number(bytes: whole) else { return nil }
        return .integer(isNegative ? -value : value)
    }

    /// RFC 9651 §4.2.5
    private mutating func string() -> Value? {
        position += 1
        var content: [UInt8] = []
        while let byte = next, (0x20...0x7E).contains(byte) {
            position += 1
            if byte == UInt8(ascii: "\"") { return .string(String(decoding: content, as: UTF8.self)) }
            guard byte == UInt8(ascii: "\\") else {
                content.append(byte)
                continue
            }
            guard let escaped = next, escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\") else { return nil }
            content.append(escaped)
            position += 1
        }
        return nil
    }

    /// RFC 9651 §4.2.7
    private mutating func byteSequence() -> Value? {
        position += 1
        let content = skip { $0 != UInt8(ascii: ":") }
        guard take(UInt8(ascii: ":")) else { return nil }
        return Base64.decode(content).map { .bytes($0) }
    }

    /// RFC 9651 §4.2.8
    private mutating func boolean() -> Value? {
        position += 1
        if take(UInt8(ascii: "1")) { return .boolean(true) }
        return take(UInt8(ascii: "0")) ? .boolean(false) : nil
    }
}
