/// When a failed request is tried again.
///
/// Exponential with full jitter: the wait is drawn evenly from zero to a bound that doubles, so that many clients of a
/// troubled server do not come back at the same instant (M. Brooker, "Exponential Backoff and Jitter", 2015).
public struct RetryPolicy: Sendable, Hashable {
    /// The bound of the first wait.
    public var base: Duration
    /// No bound grows beyond this.
    public var cap: Duration
    /// Failures in a row without a new byte after which a person is asked.
    public var limit: Int

    public init(base: Duration = .milliseconds(500), cap: Duration = .seconds(60), limit: Int = 20) {
        self.base = base
        self.cap = cap
        self.limit = limit
    }

    /// How long to wait after `failures` failures in a row (1 and up).
    ///
    /// - Parameter retryAfter: What the server asked for; the wait is never shorter.
    public func delay(
        afterFailures failures: Int, retryAfter: Duration?, using random: inout some RandomNumberGenerator
    ) -> Duration {
        let exponent = min(max(failures - 1, 0), 20)
        let (grown, overflow) = base.nanoseconds.multipliedReportingOverflow(by: 1 << Int64(exponent))
        let bound = overflow ? cap.nanoseconds : min(cap.nanoseconds, grown)
        let jittered = Duration.nanoseconds(Int64.random(in: 0...max(bound, 0), using: &random))
        guard let retryAfter else { return jittered }
        // Some jitter on top keeps a crowd that was told the same second apart.
        return retryAfter + .nanoseconds(min(jittered.nanoseconds, retryAfter.nanoseconds / 4))
    }

    /// How long to wait still after an outage, once the remote has answered somebody else: up to two seconds by default,
    /// so that what only this request meets with does not use up its tries at once.
    public func delayAfterOutage(using random: inout some RandomNumberGenerator) -> Duration {
        delay(afterFailures: 3, retryAfter: nil, using: &random)
    }
}
