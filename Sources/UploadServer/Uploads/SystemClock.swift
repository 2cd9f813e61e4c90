import Glibc
import TransferCore

/// The clocks of the machine.
struct SystemClock: Clock {
    func now() -> Instant { Instant(nanoseconds: Self.nanoseconds(CLOCK_MONOTONIC)) }

    func wallTime() -> WallTime { WallTime(milliseconds: Self.nanoseconds(CLOCK_REALTIME) / 1_000_000) }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
