/// What the body of a refusal says: `<Error>` (Amazon S3 API Reference, "REST error responses").
public struct S3Problem: Sendable, Hashable {
    /// A stable word such as `NoSuchKey`; of letters, digits and dots only, and not too long.
    public let code: String
    /// For people; of one line and not too long. `nil` if there is none.
    public let message: String?
    /// Where the bucket is, if the store says so.
    public let region: String?

    /// In Unicode scalars.
    private static let longestMessage = 300

    public init(code: String, message: String? = nil, region: String? = nil) {
        self.code = code
        self.message = message
        self.region = region
    }

    /// Reads the body of a refusal.
    ///
    /// - Returns: `nil` if it is not XML with the root `Error` and a code, as that of a proxy or of a `HEAD`.
    public init?(_ body: [UInt8]) {
        guard let root = XMLTree.parse(body) else { return nil }
        self.init(root)
    }

    init?(_ root: XMLTree) {
        guard root.name == "Error", let code = root.text(of: "Code"), Self.isWord(code) else { return nil }
        self.code = code
        message = root.text(of: "Message").flatMap(Self.clause)
        region = (root.text(of: "Region") ?? root.text(of: "LocationConstraint")).flatMap {
            S3Endpoint.isRegion($0) ? $0 : nil
        }
    }

    /// Our words, and in brackets the store's.
    func explaining(_ words: String) -> String {
        "\(words) (\(code)\(message.map { ": \($0)" } ?? ""))"
    }

    private static func isWord(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                FieldSyntax.isAlpha($0) || FieldSyntax.isDigit($0) || ".-_:=+/".utf8.contains($0)
            }
    }

    /// The text as the end of one of our sentences; `nil` if nothing is left of it.
    private static func clause(_ text: String) -> String? {
        // Any character may be made of a million scalars, so that characters are no measure.
        var words = text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ").unicodeScalars[...]
        let isLong = words.count > longestMessage
        if isLong { words = words.prefix(longestMessage) }
        while let last = words.last, last == "." || last == " " { words.removeLast() }
        return words.isEmpty ? nil : String(words) + (isLong ? "…" : "")
    }
}
