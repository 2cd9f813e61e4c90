import TestSupport
import Testing
import TransferCore
import TransferEngine

/// Uploads to a store that does as it is asked.
@Suite(.timeLimit(.minutes(5))) struct StoreUploadScenarios {
    @Test func aFileGoesInParts() async throws {
        let bench = try StoreUploadBench()
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log == StoreLog.whole)
        #expect(bench.store.bytesTaken == bench.file.size)
        #expect(result.retries == 0)
        #expect(bench.store.content.objects[StoreUploadBench.key]?.sha256?.hasSuffix("-3") == true)
        #expect(bench.access.counts == (lookups: 1, reloads: 0))
        let conditional = bench.store.requests.filter { $0.request.recorded["If-None-Match"] != nil }
        #expect(conditional.map(\.request.operation) == [.complete])
    }

    @Test func severalPartsAreOnTheirWayAtOnce() async throws {
        let bench = try StoreUploadBench()
        var options = StoreUploadBench.options
        options.connections = 4
        #expect(try await bench.send(options: options).state == .completed)
        #expect(bench.hasArrived)
        #expect(bench.store.log.sorted() == StoreLog.whole.sorted())
        let parts = bench.store.requests.filter { $0.request.operation == .part }
        #expect(Set(parts.map(\.request.recorded.connection)).count > 1)
    }

    @Test(arguments: [0, 1, 1000, StoreUploadBench.partSize])
    func aFileOfOnePartGoesInOneRequest(_ size: Int64) async throws {
        let bench = try StoreUploadBench(PatternFile(seed: 93, size: size))
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log == ["head 404", "put 200"])
        #expect(bench.store.bytesTaken == size)
        #expect(bench.store.content.objects[StoreUploadBench.key]?.sha256 != nil)
        #expect(bench.store.requests.last?.request.recorded["If-None-Match"] == "*")
    }

    @Test(arguments: [StoreUploadBench.parts, StoreUploadBench.small])
    func aKeyThatIsTakenIsToldBeforeAnythingIsSent(_ file: PatternFile) async throws {
        let bench = try StoreUploadBench(file)
        bench.store.change { $0.put(StoreUploadBench.theirs, as: StoreUploadBench.key) }
        let result = try await bench.send()
        #expect(result.state == .paused)
        #expect(result.error?.code == .remoteNameTaken)
        #expect(bench.store.log == ["head 200"])
        #expect(bench.isTheirs)
    }

    @Test(arguments: [StoreUploadBench.parts, StoreUploadBench.small])
    func anObjectIsReplacedIfThatIsWanted(_ file: PatternFile) async throws {
        let bench = try StoreUploadBench(file)
        bench.store.change { $0.put(StoreUploadBench.theirs, as: StoreUploadBench.key) }
        var options = StoreUploadBench.options
        options.overwrite = true
        #expect(try await bench.send(options: options).state == .completed)
        #expect(bench.hasArrived)
        let isInParts = file == StoreUploadBench.parts
        #expect(bench.store.log == (isInParts ? Array(StoreLog.whole.dropFirst()) : ["put 200"]))
        #expect(bench.store.requests.allSatisfy { $0.request.recorded["If-None-Match"] == nil })
    }
}
