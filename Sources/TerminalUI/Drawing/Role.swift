/// What a piece of the screen means; a theme gives it a colour. The raw value is its name in theme files.
public enum Role: String, Sendable, CaseIterable {
    case text
    case muted
    case accent
    case border
    /// The border of what the keys act upon.
    case borderFocus = "border.focus"
    case selection
    case key
    case rateDown = "rate.down"
    case rateUp = "rate.up"
    case success
    case warning
    case error
    case chunkPending = "chunk.pending"
    case chunkFilling = "chunk.filling"
    case chunkSafe = "chunk.safe"
    case chunkVerifying = "chunk.verify"
    case chunkRetry = "chunk.retry"
    case chunkRefetch = "chunk.refetch"
    case chunkSkipped = "chunk.skipped"
    case chunkFailed = "chunk.failed"
    case cursor
    /// The levels of an overlay, from the least to the most.
    case heat1, heat2, heat3, heat4, heat5

    /// The roles of chunks, in the order of the legend.
    public static let chunks: [Role] = [
        .chunkPending, .chunkFilling, .chunkSafe, .chunkVerifying, .chunkRetry, .chunkRefetch, .chunkSkipped,
        .chunkFailed,
    ]

    /// The levels of an overlay, from the least to the most.
    public static let heat: [Role] = [.heat1, .heat2, .heat3, .heat4, .heat5]

    /// Whether it does without a hue where there are only a few colours: there text in blue would be a surprise.
    var isNeutral: Bool {
        switch self {
        case .text, .muted, .border, .selection, .chunkPending: true
        default: false
        }
    }

    /// What it is drawn with as a rule. A theme with attributes of its own for the role puts them in place of these.
    public var attributes: Style.Attributes {
        switch self {
        case .text, .accent, .rateDown, .rateUp, .success, .warning, .chunkFilling, .chunkSafe: []
        case .heat1, .heat2, .heat3, .heat4, .heat5: []
        case .muted, .border, .chunkPending, .chunkSkipped: .dim
        case .borderFocus, .selection, .key, .error, .chunkRetry: .bold
        case .chunkVerifying: .underline
        case .chunkFailed: .reverse
        case .chunkRefetch, .cursor: [.bold, .reverse]
        }
    }
}
