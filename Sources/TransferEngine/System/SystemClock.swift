import Glibc
import TransferCore

/// The clocks of the machine.
public struct SystemClock: Clock {
    public init() {}

    public func now() -> Instant {
        // CLOCK_MONOTONIC stands still during suspend, which is what stalls and back-off want.
        Instant(nanoseconds: Self.nanoseconds(CLOCK_MONOTONIC))
    }

    public func wallTime() -> WallTime {
        WallTime(milliseconds: Self.nanoseconds(CLOCK_REALTIME) / 1_000_000)
    }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
