import Testing
import TransferCore

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy(base: .milliseconds(500), cap: .seconds(60), limit: 20)

    @Test(arguments: [(0, 500), (1, 500), (2, 1000), (3, 2000), (7, 32_000), (8, 60_000), (20, 60_000), (1000, 60_000)])
    func waitsAreDrawnEvenlyUpToABound(_ failures: Int, _ bound: Int) {
        var random = SeededRandom(seed: 1)
        let waits = (0..<400).map { _ in policy.delay(afterFailures: failures, retryAfter: nil, using: &random) }
        let limit = Duration.milliseconds(bound)
        #expect(waits.allSatisfy { $0 >= .zero && $0 <= limit })
        #expect(waits.contains { $0 < limit * 0.1 } && waits.contains { $0 > limit * 0.9 })
        let mean = waits.reduce(.zero, +).inSeconds / Double(waits.count)
        #expect(abs(mean / limit.inSeconds - 0.5) < 0.06)
    }

    @Test(arguments: [Duration.zero, .seconds(1), .seconds(3600)])
    func theServersWishIsHonoured(_ wish: Duration) {
        var random = SeededRandom(seed: 2)
        for failures in 1...30 {
            let wait = policy.delay(afterFailures: failures, retryAfter: wish, using: &random)
            #expect(wait >= wish && wait <= wish + wish / 4)
        }
    }

    @Test func aHugeBaseStaysBelowTheCap() {
        var random = SeededRandom(seed: 3)
        let policy = RetryPolicy(base: .seconds(86_400), cap: .seconds(90_000))
        let waits = (0..<50).map { _ in policy.delay(afterFailures: 21, retryAfter: nil, using: &random) }
        #expect(waits.allSatisfy { $0 <= .seconds(90_000) } && waits.contains { $0 > .seconds(10_000) })
    }
}

@Suite struct SeededRandomTests {
    @Test func equalSeedsGiveEqualSeries() {
        var (left, right, other) = (SeededRandom(seed: 7), SeededRandom(seed: 7), SeededRandom(seed: 8))
        let series = (0..<20).map { _ in left.next() }
        #expect(series == (0..<20).map { _ in right.next() })
        #expect(series != (0..<20).map { _ in other.next() })
        #expect(Set(series).count == 20)
    }

    /// The first value of the published generator for seed 0.
    @Test func itIsSplitMix() {
        var random = SeededRandom(seed: 0)
        #expect(random.next() == 0xE220_A839_7B1D_CDAF)
    }
}
