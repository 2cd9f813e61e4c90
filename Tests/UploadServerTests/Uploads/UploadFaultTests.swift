import TestSupport
import Testing
import TransferCore

@testable import UploadServer

@Suite(.timeLimit(.minutes(5))) struct UploadFaultTests {
    private func plan(_ faults: [Int: FaultPlan.UploadFault], bytesPerSecond: Int? = nil) -> FaultPlan {
        FaultPlan(seed: 1, chances: .init(), certainUploadFaults: faults, bytesPerSecond: bytesPerSecond)
    }

    @Test func eachFaultIsOneThatAClientGetsOver() async throws {
        let faults = plan([0: .busy, 1: .rejectChecksum, 2: .loseAnswer])
        try await serving(.data(), faults: faults) { port in
            let client = UploadClient(port: port)
            let id = try await client.register("f", size: 3)
            let busy = try await client.put(id, 0, [1, 2, 3])
            #expect(busy.status == 503 && busy["Retry-After"] == "1")
            #expect(try await client.put(id, 0, [1, 2, 3]).status == 422)
            #expect(try await client.status(id).received == [])
            let lost = try await client.put(id, 0, [1, 2, 3])
            #expect(lost.statusLine == "")
            #expect(try await client.status(id).received == [[0, 0]])
            #expect(try await client.put(id, 0, [1, 2, 3]).status == 200)
        }
    }

    @Test func slowReading() async throws {
        try await serving(.data(), faults: plan([:], bytesPerSecond: 200_000)) { port in
            let client = UploadClient(port: port)
            let id = try await client.register("f", size: 60_000)
            let start = ContinuousClock.now
            #expect(try await client.put(id, 0, [UInt8](repeating: 1, count: 60_000)).status == 200)
            #expect(ContinuousClock.now - start >= .milliseconds(300))
        }
    }

    @Test func chances() {
        let plan = FaultPlan(
            seed: 1, chances: .init(), uploadChances: .init(busy: 100, loseAnswer: 200, rejectChecksum: 300))
        var counts: [FaultPlan.UploadFault: Int] = [:]
        for number in 0..<10_000 { counts[plan.uploadFault(request: number), default: 0] += 1 }
        for (fault, expected) in [(.none, 4000), (.busy, 1000), (.loseAnswer, 2000), (.rejectChecksum, 3000)]
            as [(FaultPlan.UploadFault, Int)]
        {
            #expect(abs(counts[fault, default: 0] - expected) < 250)
        }
        let demo = FaultPlan.demo()
        let early = Set((0..<10).map { demo.uploadFault(request: $0) })
        #expect(early.isSuperset(of: [.busy, .loseAnswer, .rejectChecksum]))
    }
}
