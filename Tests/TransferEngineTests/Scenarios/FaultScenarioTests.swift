import TestSupport
import Testing
import TransferCore

/// Every named fault, against the engine with the real network and the real disk.
@Suite struct FaultScenarioTests {
    private static let file = PatternFile(seed: 11, size: 400_000)

    @Test(arguments: Scenario.catalogue)
    func scenario(_ scenario: Scenario) async throws {
        let served = ServedFile("/data/file.bin", .pattern(Self.file))
        let server = FaultyServer([served], scenario: scenario)
        try server.start()
        defer { server.stop() }
        let bench = try EngineBench()
        let result = try await bench.fetch(server.url("/data/file.bin"), to: "out.bin")
        let events = "\(result.state), \(String(describing: result.error)), \(String(describing: result.explanation))"
        switch scenario.outcome {
        case .fileArrives:
            #expect(result.state == .completed, "\(events)")
            #expect(try Self.file.firstDifference(fromFileAt: bench.folder.path("out.bin")) == nil)
        case .version2Arrives:
            #expect(result.state == .completed, "\(events)")
            let second = try #require(served.version2(.otherContent).pattern)
            #expect(try second.firstDifference(fromFileAt: bench.folder.path("out.bin")) == nil)
            #expect(result.explanation?.description.contains("starting over from 0") == true, "\(events)")
        case .encodedArrives:
            #expect(result.state == .completed, "\(events)")
            #expect(try bench.folder.names() == ["out.bin"])
        case .fails:
            #expect(result.state == .failed || result.state == .paused, "\(events)")
            #expect(result.error != nil)
            #expect(try !bench.folder.names().contains("out.bin"))
        }
        if result.state == .completed {
            // Nothing is left behind but the file.
            #expect(try bench.folder.names() == ["out.bin"])
            #expect(result.chunksDone == result.chunksTotal)
        }
    }
}
