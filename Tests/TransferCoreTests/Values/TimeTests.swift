import Testing
import TransferCore

@Suite struct TimeTests {
    @Test(arguments: [
        (Duration.zero, Int64(0)), (.nanoseconds(1), 1), (.milliseconds(-1500), -1_500_000_000),
        (.seconds(3), 3_000_000_000),
        (.seconds(Int64.max), .max), (.seconds(Int64.min), .min), (.nanoseconds(Int64.max), .max),
    ])
    func durationsAreClampedToWhatFits(_ duration: Duration, _ nanoseconds: Int64) {
        #expect(duration.nanoseconds == nanoseconds)
    }

    @Test func instantsAddUp() {
        let start = Instant(nanoseconds: 5)
        #expect(start + .nanoseconds(7) == Instant(nanoseconds: 12))
        #expect((start + .seconds(1)) - start == .seconds(1))
        #expect(start < start + .nanoseconds(1))
        #expect(Duration.milliseconds(1500).inSeconds == 1.5)
    }

    @Test func aFarDeadlineStaysInTheFuture() {
        let now = Instant(nanoseconds: 1_000_000)
        #expect(now + .seconds(Int64.max) > now)
        #expect(Instant(nanoseconds: -5) + .seconds(Int64.min) < now)
    }

    @Test func wallTimesCountMilliseconds() {
        let time = WallTime(milliseconds: 10)
        #expect(time + .seconds(2) == WallTime(milliseconds: 2010))
        #expect(time + .microseconds(-3500) == WallTime(milliseconds: 7))
    }
}
