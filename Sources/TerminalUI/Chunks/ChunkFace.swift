import TransferCore

/// What one cell shows of the chunks it stands for.
///
/// Calm states are shown by weight and problems by presence, so that one failure in a hundred thousand is seen.
public enum ChunkFace: Hashable, Sendable {
    /// Nothing is safe yet; `isMoving` if bytes arrive.
    case pending(isMoving: Bool)
    /// So many eighths are safe, 1 to 7.
    case filling(eighths: Int, isMoving: Bool)
    case safe
    case verifying
    case retry(Int)
    case refetch
    /// It was there before the transfer began.
    case skipped
    case failed

    /// What chunks look like together.
    public init(_ chunks: some RandomAccessCollection<ChunkStatus>) {
        self.init(ChunkTally(chunks))
    }

    /// What chunks look like that are this together.
    init(_ tally: ChunkTally) {
        let count = tally.count
        if tally.count(.failed) > 0 {
            self = .failed
        } else if tally.hasRefetch {
            self = .refetch
        } else if tally.highestRetry > 0 {
            self = .retry(Int(tally.highestRetry))
        } else if tally.safe == count {
            self = tally.count(.skipped) * 2 > count ? .skipped : (count == 0 ? .pending(isMoving: false) : .safe)
        } else if tally.count(.verifying) * 2 > count - tally.safe {
            self = .verifying
        } else {
            self = ChunkFace(
                safe: tally.shares + 255 * tally.safe, of: 255 * count, isMoving: tally.count(.active) > 0)
        }
    }

    /// A part that is not all safe.
    init(safe: Int, of whole: Int, isMoving: Bool) {
        if safe <= 0 || whole <= 0 {
            self = .pending(isMoving: isMoving)
        } else {
            self = .filling(eighths: max(1, min(7, Int(Double(safe) / Double(whole) * 8))), isMoving: isMoving)
        }
    }

    /// Whether it asks for a look.
    public var isProblem: Bool {
        switch self {
        case .failed, .refetch, .retry: true
        case .pending, .filling, .safe, .verifying, .skipped: false
        }
    }

    private static let eighths: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇"]

    /// Its character in `glyphs`.
    func glyph(in glyphs: GlyphSet) -> Character {
        switch self {
        case .pending: glyphs == .ascii ? "." : "·"
        case .filling(let eighths, _):
            switch glyphs {
            case .utf8: Self.eighths[eighths - 1]
            case .cp437: "▄"
            case .ascii: eighths < 3 ? "_" : (eighths < 6 ? "-" : "=")
            }
        case .safe: glyphs == .ascii ? "#" : "█"
        case .verifying: glyphs == .utf8 ? "◇" : (glyphs == .cp437 ? "≡" : "v")
        case .retry(let number): number < 10 ? Character(String(number)) : "+"
        case .refetch: "!"
        case .skipped: glyphs == .ascii ? "s" : "░"
        case .failed: glyphs == .utf8 ? "×" : "X"
        }
    }

    /// How it is drawn; the attributes alone tell the states apart where there are no colours.
    var style: Style {
        switch self {
        case .pending(let isMoving): isMoving ? Style(.chunkFilling, .bold) : Style(.chunkPending, .dim)
        case .filling(_, let isMoving): Style(.chunkFilling, isMoving ? .bold : [])
        case .safe: Style(.chunkSafe)
        case .verifying: Style(.chunkVerifying, .underline)
        case .retry: Style(.chunkRetry, .bold)
        case .refetch: Style(.chunkRefetch, [.bold, .reverse])
        case .skipped: Style(.chunkSkipped, .dim)
        case .failed: Style(.chunkFailed, .reverse)
        }
    }
}

extension ChunkStatus {
    /// What a person calls the state of one chunk.
    var label: Label {
        if isRefetch && state != .done && state != .skipped { return "fetched again after a mismatch" }
        switch state {
        case .pending: return retries > 0 ? "pending, \(retries) failed" : "pending"
        case .active: return retries > 0 ? "retry \(retries) under way" : "bytes moving"
        case .verifying: return "verifying"
        case .done: return "safe"
        case .waiting: return "waits for retry \(retries)"
        case .failed: return "failed"
        case .skipped: return "already there"
        }
    }
}
