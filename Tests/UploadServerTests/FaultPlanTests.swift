import Testing
import TransferCore
import UploadServer

@Suite struct FaultPlanTests {
    private let range = ByteRange(1000, 5000)

    @Test func isTheSameEachTime() {
        let plan = FaultPlan.demo(seed: 5)
        let first = (0..<200).map { plan.fault(request: $0, range: range) }
        #expect((0..<200).map { plan.fault(request: $0, range: range) } == first)
        #expect((0..<200).map { FaultPlan.demo(seed: 6).fault(request: $0, range: range) } != first)
    }

    @Test func keepsToItsChances() {
        let plan = FaultPlan(seed: 1, chances: .init(busy: 100, cut: 200, stall: 50, damage: 150))
        var counts = [0, 0, 0, 0, 0]
        for number in 0..<10_000 {
            switch plan.fault(request: number, range: range) {
            case .none: counts[0] += 1
            case .busy: counts[1] += 1
            case .cut(let position):
                counts[2] += 1
                #expect((0..<4000).contains(position))
            case .stall(let position):
                counts[3] += 1
                #expect((0..<4000).contains(position))
            case .damage(let position):
                counts[4] += 1
                #expect((0..<4000).contains(position))
            }
        }
        for (count, expected) in zip(counts, [5000, 1000, 2000, 500, 1500]) {
            #expect(abs(count - expected) < 250)
        }
    }

    @Test func noChanceNoFault() {
        let plan = FaultPlan(seed: 1, chances: .init())
        #expect((0..<1000).allSatisfy { plan.fault(request: $0, range: range) == .none })
    }

    @Test func emptyRangesAreOnlyEverBusy() {
        let plan = FaultPlan(seed: 1, chances: .init(busy: 500, cut: 500))
        let faults = (0..<100).map { plan.fault(request: $0, range: ByteRange(0, 0)) }
        #expect(Set(faults) == [.none, .busy])
    }
}
