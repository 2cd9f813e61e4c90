/// Where the time comes from.
public protocol Clock: Sendable {
    /// Monotonic; stands still while the machine sleeps.
    func now() -> Instant
    /// The calendar time.
    func wallTime() -> WallTime
}
