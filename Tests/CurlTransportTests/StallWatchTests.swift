import Testing
import TransferCore

@testable import CurlTransport

@Suite final class StallWatchTests {
    private var watch = StallWatch(limit: .seconds(10))

    private func isStalled(at seconds: Int, sent: Int64 = 0, isPaused: Bool = false) -> Bool {
        watch.isStalled(sent: sent, isPaused: isPaused, at: .zero + .seconds(seconds))
    }

    @Test func beforeThereIsAConnectionNothingStalls() {
        #expect(!isStalled(at: 1000))
        watch.move(at: .zero + .seconds(1000))
        #expect(!isStalled(at: 1009))
        #expect(isStalled(at: 1010))
    }

    @Test func aByteInEitherDirectionIsMovement() {
        watch.move(at: .zero)
        #expect(!isStalled(at: 9, sent: 1))
        #expect(!isStalled(at: 18, sent: 1))
        watch.move(at: .zero + .seconds(18))
        #expect(!isStalled(at: 27, sent: 1))
        #expect(isStalled(at: 28, sent: 1))
    }

    @Test func aPauseIsNotCounted() {
        watch.move(at: .zero)
        #expect(!isStalled(at: 100, isPaused: true))
        #expect(!isStalled(at: 200, isPaused: true))
        #expect(!isStalled(at: 209))
        #expect(isStalled(at: 210))
    }

    @Test func aBodyThatBeginsAnewIsMovement() {
        watch.move(at: .zero)
        #expect(!isStalled(at: 5, sent: 5000))
        #expect(!isStalled(at: 14, sent: 0))
        #expect(isStalled(at: 24, sent: 0))
    }

    @Test func theLimitIsASecondAtLeast() {
        watch = StallWatch(limit: .milliseconds(10))
        watch.move(at: .zero)
        #expect(!isStalled(at: 0))
        #expect(isStalled(at: 1))
    }
}
