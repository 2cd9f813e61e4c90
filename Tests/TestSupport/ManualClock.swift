import Synchronization
import TransferCore

/// A clock that moves only when it is told to. Both of its times move together.
public final class ManualClock: Clock {
    private struct Times {
        var now: Instant
        var wall: WallTime
    }

    private let times: Mutex<Times>

    /// - Parameter wall: By default the evening of 14 November 2023.
    public init(now: Instant = .zero + .seconds(1000), wall: WallTime = WallTime(milliseconds: 1_700_000_000_000)) {
        times = Mutex(Times(now: now, wall: wall))
    }

    public func now() -> Instant { times.withLock { $0.now } }

    public func wallTime() -> WallTime { times.withLock { $0.wall } }

    /// Moves on by `duration`, which must not be negative.
    public func advance(by duration: Duration) {
        precondition(duration >= .zero, "time does not go back")
        times.withLock { times in
            times.now = times.now + duration
            times.wall = times.wall + duration
        }
    }

    /// Moves on to `instant`; one that has passed changes nothing.
    public func advance(to instant: Instant) {
        times.withLock { times in
            guard instant > times.now else { return }
            times.wall = times.wall + (instant - times.now)
            times.now = instant
        }
    }
}
