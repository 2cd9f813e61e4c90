import TransferCore

/// Reads the XML that stores send (XML 1.0 §2): elements, text, the predefined entities and numbers of characters.
///
/// It is our own because `XMLParser` of Foundation on Linux takes some documents that were cut off for whole ones, and
/// brings the process down on an instruction without data, such as `<?a?>`. There are no document types here, hence no
/// entities that grow or read files: no store declares any.
struct XMLReader {
    /// The deepest element that is read; answers of S3 have five.
    static let deepest = 16
    /// The most elements that are read: a full page has some 15,000.
    static let mostElements = 100_000

    private struct OpenElement {
        /// As in the tag, with its prefix.
        var name: ArraySlice<UInt8>
        var text: [UInt8] = []
        var children: [XMLTree] = []
    }

    private let bytes: [UInt8]
    private var position = 0
    private var open: [OpenElement] = []
    private var root: XMLTree?
    private var count = 0

    init(_ document: [UInt8]) {
        bytes = document
    }

    /// `nil` if the document is not well-formed, not in UTF-8, longer than ``S3Limits/longestAnswer``, deeper than
    /// ``deepest`` or of more elements than ``mostElements``, or declares a type.
    mutating func document() -> XMLTree? {
        guard bytes.count <= S3Limits.longestAnswer, String(validating: bytes, as: UTF8.self) != nil else { return nil }
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "<") ? readMarkup() : readText() else { return nil }
        }
        return open.isEmpty ? root : nil
    }

    // MARK: Markup

    private mutating func readMarkup() -> Bool {
        if take("<!--") { return skip(through: "-->") }
        if take("<?") { return skip(through: "?>") }
        if take("<![CDATA[") {
            let start = position
            guard !open.isEmpty, skip(through: "]]>") else { return false }
            open[open.count - 1].text += bytes[start..<position - 3]
            return true
        }
        if take("</") { return readEnd() }
        return take("<") && readStart()
    }

    private mutating func readStart() -> Bool {
        count += 1
        guard root == nil, open.count < Self.deepest, count <= Self.mostElements, let name = takeName() else {
            return false
        }
        open.append(OpenElement(name: name))
        while true {
            let hasSpace = skipSpace()
            if take(">") { return true }
            if take("/>") { return close() }
            guard hasSpace, skipAttribute() else { return false }
        }
    }

    private mutating func readEnd() -> Bool {
        guard let name = takeName(), name == open.last?.name else { return false }
        _ = skipSpace()
        return take(">") && close()
    }

    private mutating func close() -> Bool {
        guard let element = open.popLast() else { return false }
        let local = element.name.split(separator: UInt8(ascii: ":")).last ?? []
        var tree = XMLTree(name: String(decoding: local, as: UTF8.self))
        tree.children = element.children
        if tree.children.isEmpty { tree.text = String(decoding: element.text, as: UTF8.self) }
        if open.isEmpty { root = tree } else { open[open.count - 1].children.append(tree) }
        return true
    }

    private mutating func skipAttribute() -> Bool {
        guard takeName() != nil else { return false }
        _ = skipSpace()
        guard take("=") else { return false }
        _ = skipSpace()
        guard position < bytes.count else { return false }
        let quote = bytes[position]
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return false }
        position += 1
        while position < bytes.count, bytes[position] != quote, bytes[position] != UInt8(ascii: "<") { position += 1 }
        guard position < bytes.count, bytes[position] == quote else { return false }
        position += 1
        return true
    }

    // MARK: Text

    private mutating func readText() -> Bool {
        var text: [UInt8] = []
        while position < bytes.count, bytes[position] != UInt8(ascii: "<") {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "&"):
                guard let scalar = takeReference() else { return false }
                text += String(scalar).utf8
            case UInt8(ascii: "\r"):
                // Lines end with a line feed, whatever they ended with (XML 1.0 §2.11).
                if position < bytes.count, bytes[position] == UInt8(ascii: "\n") { continue }
                text.append(UInt8(ascii: "\n"))
            default:
                guard byte >= 0x20 || Self.isSpace(byte) else { return false }
                text.append(byte)
            }
        }
        guard !open.isEmpty else { return text.allSatisfy(Self.isSpace) }
        open[open.count - 1].text += text
        return true
    }

    /// What stands between `&` and `;`.
    private mutating func takeReference() -> Unicode.Scalar? {
        // The longest is `#x10FFFF`, perhaps with zeros before it.
        let name = bytes[position...].prefix(16).prefix { $0 != UInt8(ascii: ";") }
        guard name.endIndex < bytes.count, bytes[name.endIndex] == UInt8(ascii: ";") else { return nil }
        position = name.endIndex + 1
        let text = String(decoding: name, as: UTF8.self)
        switch text {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default: return Self.scalar(text)
        }
    }

    /// `#233` or `#xE9`
    private static func scalar(_ text: String) -> Unicode.Scalar? {
        let isHex = text.hasPrefix("#x")
        let digits = text.dropFirst(isHex ? 2 : 1)
        guard text.hasPrefix("#"), digits.utf8.allSatisfy({ Hex.value(ofDigit: $0) != nil }),
            let scalar = UInt32(digits, radix: isHex ? 16 : 10).flatMap(Unicode.Scalar.init)
        else { return nil }
        return scalar.value >= 0x20 || isSpace(UInt8(scalar.value)) ? scalar : nil
    }

    // MARK: Tokens

    private mutating func take(_ token: String) -> Bool {
        guard bytes[position...].starts(with: token.utf8) else { return false }
        position += token.utf8.count
        return true
    }

    private mutating func skip(through token: String) -> Bool {
        guard let found = bytes[position...].firstRange(of: token.utf8) else { return false }
        position = found.upperBound
        return true
    }

    private mutating func skipSpace() -> Bool {
        let start = position
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
        return position > start
    }

    private mutating func takeName() -> ArraySlice<UInt8>? {
        let start = position
        while position < bytes.count, Self.isNameByte(bytes[position]) { position += 1 }
        return position > start ? bytes[start..<position] : nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        FieldSyntax.isAlpha(byte) || FieldSyntax.isDigit(byte) || byte >= 0x80 || ":_-.".utf8.contains(byte)
    }
}
