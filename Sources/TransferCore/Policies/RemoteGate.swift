/// What all transfers of one remote have in common: how many requests it gets, and when it wants to be left alone.
public struct RemoteGate: Sendable, Hashable {
    /// Requests at the same time that this remote is given at most.
    public let limit: Int
    /// Requests that run now.
    public private(set) var running = 0
    /// No request starts before this, after a 429 or 503.
    public private(set) var closedUntil: Instant = .zero
    private var busyAnswers = 0
    private var allowance: Int
    private var successes = 0

    public init(limit: Int) {
        precondition(limit > 0)
        self.limit = limit
        allowance = limit
    }

    /// Whether one more request may start.
    public func admits(at now: Instant) -> Bool {
        running < allowance && now >= closedUntil
    }

    public mutating func started() {
        running += 1
    }

    public mutating func ended() {
        running -= 1
        assert(running >= 0)
    }

    /// The remote said that it is overloaded: nobody asks it anything for a while, and then fewer at a time.
    public mutating func wasBusy(
        retryAfter: Duration?, policy: RetryPolicy, at now: Instant, using random: inout some RandomNumberGenerator
    ) {
        // Requests that were already under way bring the same bad news; count it once.
        if now >= closedUntil {
            busyAnswers += 1
            allowance = max(1, allowance / 2)
        }
        successes = 0
        let delay = policy.delay(afterFailures: busyAnswers, retryAfter: retryAfter, using: &random)
        closedUntil = max(closedUntil, now + delay)
    }

    /// A person does not want to wait.
    public mutating func open() {
        closedUntil = .zero
    }

    /// A request succeeded: the remote is trusted with one more at a time.
    public mutating func succeeded() {
        busyAnswers = 0
        successes += 1
        if successes >= allowance, allowance < limit {
            allowance += 1
            successes = 0
        }
    }
}
