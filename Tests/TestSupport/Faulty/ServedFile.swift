/// A file that a ``FaultyServer`` serves.
public struct ServedFile: Sendable {
    /// With its leading slash.
    public var path: String
    public var content: Content
    /// With its quotes.
    public var entityTag: String
    /// An HTTP date.
    public var lastModified: String

    public init(
        _ path: String, _ content: Content, entityTag: String = "\"v1\"",
        lastModified: String = "Tue, 15 Nov 1994 12:45:26 GMT"
    ) {
        self.path = path
        self.content = content
        self.entityTag = entityTag
        self.lastModified = lastModified
    }

    /// A file of `size` bytes that nobody has to store.
    public init(_ path: String, seed: UInt64, size: Int64) {
        self.init(path, .pattern(PatternFile(seed: seed, size: size)))
    }

    public enum Content: Sendable {
        case bytes([UInt8])
        case pattern(PatternFile)

        /// In bytes.
        public var size: Int64 {
            switch self {
            case .bytes(let bytes): Int64(bytes.count)
            case .pattern(let pattern): pattern.size
            }
        }

        /// The bytes of `range`.
        public func bytes(_ range: Range<Int64>) -> [UInt8] {
            switch self {
            case .bytes(let bytes): Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
            case .pattern(let pattern): pattern.bytes(range)
            }
        }
    }

    /// The file after somebody changed it.
    public func version2(_ change: Fault.Version2) -> ServedFile {
        var copy = self
        copy.entityTag = "\"v2\""
        copy.lastModified = "Wed, 16 Nov 1994 12:45:26 GMT"
        switch (change, content) {
        case (.sameContent, _): break
        case (.otherContent, .bytes(let bytes)): copy.content = .bytes(bytes.map { $0 ^ 0x5A })
        case (.otherContent, .pattern(let pattern)):
            copy.content = .pattern(PatternFile(seed: pattern.seed ^ 2, size: pattern.size))
        case (.otherSize(let size), .bytes): copy.content = .pattern(PatternFile(seed: 2, size: size))
        case (.otherSize(let size), .pattern(let pattern)):
            copy.content = .pattern(PatternFile(seed: pattern.seed ^ 2, size: size))
        }
        return copy
    }
}
