import Testing
import TransferCore

/// Whole histories of uploads in a troubled world, by seed.
@Suite struct UploadSimulationTests {
    private static let seedsPerCase = 100

    @Test(arguments: 0..<10)
    func everyHistoryEndsWell(_ group: Int) {
        for seed in (group * Self.seedsPerCase)..<((group + 1) * Self.seedsPerCase) {
            var simulation = UploadSimulation(seed: UInt64(seed))
            simulation.run(steps: 250)
            for violation in simulation.violations { Issue.record("UploadSimulation(seed: \(seed)): \(violation)") }
        }
    }

    /// Every upload that was ever registered is completed, aborted, or still named by a record.
    @Test(arguments: 0..<20)
    func anObjectStoreIsLeftWithNothing(_ group: Int) {
        for seed in (group * Self.seedsPerCase)..<((group + 1) * Self.seedsPerCase) {
            var simulation = UploadSimulation(seed: UInt64(seed), kind: .s3)
            simulation.run(steps: 250)
            for violation in simulation.violations { Issue.record("UploadSimulation(seed: \(seed), s3): \(violation)") }
        }
    }

    @Test func equalSeedsGiveEqualHistories() {
        var (left, right) = (UploadSimulation(seed: 42), UploadSimulation(seed: 42))
        left.run(steps: 250)
        right.run(steps: 250)
        #expect(left.now == right.now && left.store.load() == right.store.load())
    }
}
