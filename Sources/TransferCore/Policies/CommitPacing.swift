/// When written bytes are synced and bookmarked.
///
/// Bytes that are not bookmarked are fetched again after a crash, so commits should come often; each costs a sync of
/// the disk and of the database, so they should not come all the time. The rule: at once when enough has gathered to be
/// worth a commit, but so that commits take at most a quarter of the time; and never later than the promise allows.
public struct CommitPacing: Sendable, Hashable {
    /// The longest that a written byte waits for its commit to begin.
    public static let longestWait: Duration = .milliseconds(200)
    /// More than this is never left uncommitted, in bytes.
    public static let mostBytes: Int64 = 24 << 20
    /// Less than this is not worth a commit before ``longestWait``, in bytes.
    public static let worthwhileBytes: Int64 = 256 << 10
    /// How many times its own duration a commit is away from the start of the next.
    public static let spacing = 4

    private var lastStart: Instant?
    private var lastDuration: Duration = .zero

    public init() {}

    /// Notes a commit that was made.
    public mutating func committed(from start: Instant, to end: Instant) {
        lastStart = start
        lastDuration = end - start
    }

    /// When the next commit should begin; a time that has passed means now.
    ///
    /// - Parameters:
    ///   - bytes: Written and not committed, more than 0.
    ///   - oldest: When the first of them was written.
    public func nextStart(bytes: Int64, oldest: Instant) -> Instant {
        let latest = oldest + Self.longestWait
        if bytes >= Self.mostBytes { return oldest }
        guard bytes >= Self.worthwhileBytes else { return latest }
        guard let lastStart else { return oldest }
        return min(latest, lastStart + lastDuration * Self.spacing)
    }
}
