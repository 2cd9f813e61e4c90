import TransferCore

/// Tells whether a request stands still while we are ready for it to move.
///
/// libcurl's own check (`CURLOPT_LOW_SPEED_TIME`) works with the mean speed of the last seconds, so that after many
/// bytes it comes late, and it takes a body that pauses for a connection that is stuck.
struct StallWatch {
    private let limit: Duration
    /// `nil` while there is no connection: that has a limit of its own.
    private var quietSince: Instant?
    private var sent: Int64 = 0

    /// - Parameter limit: Taken as a second if it is shorter.
    init(limit: Duration) {
        self.limit = max(.seconds(1), limit)
    }

    /// A byte came, or a connection is there to send on.
    mutating func move(at now: Instant) {
        quietSince = now
    }

    /// - Parameters:
    ///   - sent: How many bytes of the body have gone out so far.
    ///   - isPaused: Whether the request waits for us.
    mutating func isStalled(sent: Int64, isPaused: Bool, at now: Instant) -> Bool {
        guard let quietSince else { return false }
        if isPaused || sent != self.sent {
            self.sent = sent
            self.quietSince = now
            return false
        }
        return now - quietSince >= limit
    }
}
