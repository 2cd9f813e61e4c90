/// Bytes per second over the last two minutes, one value a second.
public struct ThroughputHistory: Sendable, Hashable {
    /// Seconds that are kept.
    public static let length = 120
    private var second: Int64?
    private var current: Int64 = 0
    private var past: [Double] = []

    public init() {}

    /// Adds bytes that became safe.
    public mutating func add(_ bytes: Int64, at now: Instant) {
        advance(to: now)
        current += bytes
    }

    /// The values of the seconds that are over, the newest last.
    public mutating func values(at now: Instant) -> [Double] {
        advance(to: now)
        return past
    }

    private mutating func advance(to now: Instant) {
        let seconds = now.nanoseconds / 1_000_000_000
        guard let last = second else {
            second = seconds
            return
        }
        guard seconds > last else { return }
        past.append(Double(current))
        current = 0
        let silent = min(Int(seconds - last - 1), Self.length)
        past.append(contentsOf: repeatElement(0, count: silent))
        if past.count > Self.length { past.removeFirst(past.count - Self.length) }
        second = seconds
    }
}
