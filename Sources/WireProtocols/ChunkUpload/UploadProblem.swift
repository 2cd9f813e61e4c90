/// What an answer's body says about an error (RFC 9457 §3). Bodies of any other form say nothing.
struct UploadProblem: Decodable {
    /// The end of `urn:carryon:problem:KIND`; `nil` for a problem that is not a chunk server's.
    let kind: String?
    /// For people; of one line and not too long.
    let detail: String?
    /// Whether chunks are named that the server lacks.
    let namesMissingChunks: Bool

    /// In bytes; what is longer was not written for people.
    private static let longestBody = 1 << 20
    /// In Unicode scalars.
    private static let longestDetail = 200

    private enum CodingKeys: String, CodingKey { case type, detail, missingChunks }

    init?(_ body: [UInt8]) {
        guard body.count <= Self.longestBody, let problem = JSONBody.decode(Self.self, body) else { return nil }
        self = problem
    }

    // A member of the wrong type is ignored (RFC 9457 §3.1).
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try? container.decode(String.self, forKey: .type)
        let prefix = "urn:carryon:problem:"
        kind = type.flatMap { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil }
        detail = (try? container.decode(String.self, forKey: .detail)).flatMap(Self.clause)
        namesMissingChunks = container.contains(.missingChunks)
    }

    /// The text as the end of one of our sentences; `nil` if nothing is left of it.
    private static func clause(_ text: String) -> String? {
        // Any character may be made of a million scalars, so that characters are no measure.
        var words = text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ").unicodeScalars[...]
        let isLong = words.count > longestDetail
        if isLong { words = words.prefix(longestDetail) }
        while let last = words.last, last == "." || last == " " { words.removeLast() }
        return words.isEmpty ? nil : String(words) + (isLong ? "…" : "")
    }
}
