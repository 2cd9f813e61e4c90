import Testing
import TransferCore

/// Whole histories of a queue in a troubled world, by seed.
@Suite struct SimulationTests {
    private static let seedsPerCase = 100

    @Test(arguments: 0..<20)
    func everyHistoryEndsWell(_ group: Int) {
        for seed in (group * Self.seedsPerCase)..<((group + 1) * Self.seedsPerCase) {
            var simulation = Simulation(seed: UInt64(seed))
            simulation.run(steps: 250)
            for violation in simulation.violations { Issue.record("Simulation(seed: \(seed)): \(violation)") }
        }
    }

    @Test func equalSeedsGiveEqualHistories() {
        var (left, right) = (Simulation(seed: 42), Simulation(seed: 42))
        left.run(steps: 250)
        right.run(steps: 250)
        #expect(left.now == right.now && left.store.load() == right.store.load())
    }
}
