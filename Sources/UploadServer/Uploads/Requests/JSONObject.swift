import TransferCore

/// Writes one flat JSON object (RFC 8259), member by member: answers are small, and chunk answers are many.
struct JSONObject: Sendable {
    private var text = ""

    init() {}

    /// Each field as a member.
    init(fields: [HeaderField]) {
        text = fields.map { "\(Self.quoted($0.name)):\(Self.quoted($0.value))" }.joined(separator: ",")
    }

    /// The object.
    var json: String { "{\(text)}" }

    mutating func add(_ key: StaticString, _ value: String) {
        addRaw(key, Self.quoted(value))
    }

    mutating func add(_ key: StaticString, _ value: some BinaryInteger) {
        addRaw(key, String(value))
    }

    mutating func add(_ key: StaticString, _ ranges: ChunkRanges) {
        addRaw(key, ranges.json)
    }

    mutating func add(_ key: StaticString, _ object: JSONObject) {
        addRaw(key, object.json)
    }

    mutating func add(_ key: StaticString, _ objects: [JSONObject]) {
        addRaw(key, "[\(objects.map(\.json).joined(separator: ","))]")
    }

    /// Appends the members of another object.
    mutating func add(_ other: JSONObject) {
        if !text.isEmpty, !other.text.isEmpty { text += "," }
        text += other.text
    }

    private mutating func addRaw(_ key: StaticString, _ value: String) {
        if !text.isEmpty { text += "," }
        text += "\"\(key)\":\(value)"
    }

    private static func quoted(_ value: String) -> String {
        var result = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
