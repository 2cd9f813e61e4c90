/// What a piece of the screen means; a theme gives it a colour.
public enum Role: String, Sendable, CaseIterable {
    case text
    case muted
    case accent
    case border
    case selection
    case key
    case rate
    case success
    case warning
    case error
    case chunkPending = "chunk-pending"
    case chunkFilling = "chunk-filling"
    case chunkSafe = "chunk-safe"
    case chunkVerifying = "chunk-verifying"
    case chunkRetry = "chunk-retry"
    case chunkRefetch = "chunk-refetch"
    case chunkSkipped = "chunk-skipped"
    case chunkFailed = "chunk-failed"
    case cursor
}

/// How a cell is drawn.
public struct Style: Hashable, Sendable {
    /// What every terminal can do, with and without colours.
    public struct Attributes: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        public static let bold = Attributes(rawValue: 1)
        public static let dim = Attributes(rawValue: 2)
        public static let underline = Attributes(rawValue: 4)
        public static let reverse = Attributes(rawValue: 8)

        /// The names of the attributes, for snapshots.
        var names: [String] {
            [(Self.bold, "bold"), (.dim, "dim"), (.underline, "underline"), (.reverse, "reverse")]
                .filter { contains($0.0) }.map(\.1)
        }
    }

    public var role: Role
    public var attributes: Attributes

    public init(_ role: Role, _ attributes: Attributes = []) {
        self.role = role
        self.attributes = attributes
    }

    public static let text = Style(.text)
    public static let bold = Style(.text, .bold)
    public static let muted = Style(.muted, .dim)
    public static let accent = Style(.accent)
    public static let title = Style(.accent, .bold)
    public static let border = Style(.border, .dim)
    public static let selection = Style(.selection, .bold)
    public static let key = Style(.key, .bold)
    public static let rate = Style(.rate)
    public static let success = Style(.success)
    public static let warning = Style(.warning)
    public static let error = Style(.error, .bold)
    public static let cursor = Style(.cursor, [.bold, .reverse])
}
