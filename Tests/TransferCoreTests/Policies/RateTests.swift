import Testing
import TransferCore

@Suite struct RateTests {
    private func at(_ seconds: Double) -> Instant { .zero + .seconds(seconds) }

    private func steady(_ rate: Double, for seconds: Int) -> RateEstimator {
        var estimator = RateEstimator()
        estimator.start(at: .zero)
        for tick in 1...(seconds * 5) { estimator.add(Int64(rate / 5), at: at(Double(tick) / 5)) }
        return estimator
    }

    @Test(arguments: [1000.0, 1e6, 1e9])
    func aConstantRateIsFound(_ rate: Double) {
        #expect(abs(steady(rate, for: 60).bytesPerSecond(at: at(60)) / rate - 1) < 0.02)
    }

    @Test func afterAHalfLifeHalfOfAChangeIsSeen() {
        var estimator = steady(1e6, for: 200)
        for tick in 1...50 { estimator.add(600_000, at: at(200 + Double(tick) / 5)) }
        #expect(abs(estimator.bytesPerSecond(at: at(210)) / 2e6 - 1) < 0.05)
    }

    @Test func silenceMakesItSink() {
        let estimator = steady(1e6, for: 200)
        #expect((0.3e6...0.5e6).contains(estimator.bytesPerSecond(at: at(210))))
        #expect(estimator.bytesPerSecond(at: at(1200)) < 1)
    }

    @Test func aPauseDoesNotCount() {
        var estimator = steady(1e6, for: 60)
        estimator.start(at: at(1000))
        #expect(abs(estimator.bytesPerSecond(at: at(1000)) / 1e6 - 1) < 0.02)
    }

    @Test func tenSilentSecondsAreAStall() {
        var estimator = RateEstimator()
        #expect(estimator.isStalled(at: at(0)))
        estimator.start(at: .zero)
        estimator.add(0, at: at(1))
        #expect(estimator.isStalled(at: at(1)))
        estimator.add(1, at: at(2))
        #expect(!estimator.isStalled(at: at(12)) && estimator.isStalled(at: at(12.1)))
    }

    @Test func timeLeftNeedsARate() {
        var estimator = RateEstimator()
        #expect(estimator.timeLeft(for: 100, at: at(5)) == nil)
        estimator.start(at: .zero)
        estimator.add(1000, at: at(0.5))
        #expect(estimator.timeLeft(for: 100, at: at(2.9)) == nil)
        #expect(estimator.timeLeft(for: 100, at: at(3)) != nil)
        estimator = RateEstimator()
        estimator.start(at: .zero)
        #expect(estimator.timeLeft(for: 100, at: at(5)) == nil)
        let left = steady(1e6, for: 60).timeLeft(for: 10_000_000, at: at(60))
        #expect(left.map { abs($0.inSeconds - 10) < 0.5 } == true)
        #expect(steady(1e6, for: 60).timeLeft(for: 1, at: at(3600)) == nil)
    }
}

@Suite struct ThroughputHistoryTests {
    @Test func itHasOneValueASecond() {
        var history = ThroughputHistory()
        history.add(10, at: .zero + .milliseconds(100))
        history.add(20, at: .zero + .milliseconds(900))
        #expect(history.values(at: .zero + .milliseconds(999)) == [])
        history.add(5, at: .zero + .milliseconds(1500))
        #expect(history.values(at: .zero + .seconds(4)) == [30, 5, 0, 0])
    }

    @Test func itKeepsTwoMinutes() {
        var history = ThroughputHistory()
        for second in 0..<300 { history.add(Int64(second), at: .zero + .seconds(second)) }
        let values = history.values(at: .zero + .seconds(300))
        #expect(values.count == ThroughputHistory.length)
        #expect(values.first == 180 && values.last == 299)
        #expect(history.values(at: .zero + .seconds(1_000_000)) == Array(repeating: 0, count: 120))
    }
}
