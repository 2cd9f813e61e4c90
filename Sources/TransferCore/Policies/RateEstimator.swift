/// Bytes per second, smoothed: an exponentially weighted mean with a half-life in time, not in samples.
public struct RateEstimator: Sendable, Hashable {
    private let halfLife: Duration
    private var startedAt: Instant?
    private var updatedAt: Instant = .zero
    private var grownAt: Instant?
    /// Weighted bytes and weighted seconds; their quotient is the rate.
    private var weightedBytes = 0.0
    private var weightedSeconds = 0.0

    public init(halfLife: Duration = .seconds(10)) {
        self.halfLife = halfLife
    }

    /// Begins, or begins again after a pause, without counting the time between.
    public mutating func start(at now: Instant) {
        startedAt = startedAt ?? now
        updatedAt = now
    }

    /// Adds bytes that became safe since the last call.
    public mutating func add(_ bytes: Int64, at now: Instant) {
        if startedAt == nil { start(at: now) }
        decay(to: now)
        weightedBytes += Double(bytes)
        if bytes > 0 { grownAt = now }
    }

    /// Whether nothing was added for so long that no estimate is worth anything; so it is before the first bytes.
    public func isStalled(at now: Instant) -> Bool {
        grownAt.map { now - $0 > .seconds(10) } ?? true
    }

    /// The rate at `now`; it sinks while nothing is added.
    public func bytesPerSecond(at now: Instant) -> Double {
        var copy = self
        copy.decay(to: now)
        return copy.weightedSeconds > 0.05 ? copy.weightedBytes / copy.weightedSeconds : 0
    }

    /// How long `bytes` will take; `nil` in the first three seconds, before there is a rate to go by.
    public func timeLeft(for bytes: Int64, at now: Instant) -> Duration? {
        guard let startedAt, (now - startedAt) >= .seconds(3) else { return nil }
        let rate = bytesPerSecond(at: now)
        // Slower than a byte a second is a stall, not an estimate.
        return rate >= 1 ? .seconds(min(Double(bytes) / rate, 1e9)) : nil
    }

    private mutating func decay(to now: Instant) {
        guard startedAt != nil, now > updatedAt else { return }
        let elapsed = (now - updatedAt).inSeconds
        updatedAt = now
        let factor = Self.power(elapsed / halfLife.inSeconds)
        weightedBytes *= factor
        weightedSeconds = weightedSeconds * factor + elapsed
    }

    /// 2^-x, without Foundation.
    private static func power(_ exponent: Double) -> Double {
        guard exponent < 60 else { return 0 }
        let whole = exponent.rounded(.down)
        let fraction = (exponent - whole) * -0.693_147_180_559_945_3
        var term = 1.0
        var sum = 1.0
        for index in 1...12 {
            term *= fraction / Double(index)
            sum += term
        }
        return sum / Double(UInt64(1) << UInt64(whole))
    }
}
