import Foundation
import TestSupport
import Testing
import TransferCore
import TransferEngine
import UploadServer

/// The whole engine and a real chunk server.
@Suite(.timeLimit(.minutes(5))) struct UploadScenarioTests {
    private static let chunk: Int64 = 64 << 10

    @Test(arguments: [0, 1, chunk - 1, chunk, chunk + 1, 10 * chunk, 10 * chunk + 7])
    func theContentArrives(size: Int64) async throws {
        let (bench, server) = (try EngineBench.patient(), try ChunkServerBench())
        let pattern = PatternFile(seed: 61, size: size)
        try bench.folder.write(pattern, to: "a b.bin")
        let result = try await server.run { try bench.send("a b.bin", to: "http://127.0.0.1:\($0)/in/") }
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(result.bytesDone == size)
        #expect(result.chunksDone == Int((size + Self.chunk - 1) / Self.chunk))
        #expect(result.bytesInFlight == 0)
        #expect(result.retries == 0)
        #expect(try pattern.firstDifference(fromFileAt: server.data.path("files/in/a b.bin")) == nil)
        #expect(try server.unfinished() == [])
    }

    /// Each chunk is larger than what is kept of it in memory, and each of several wants all buffers.
    @Test func aChunkThatDoesNotFitInMemoryIsReadTwice() async throws {
        let (bench, server) = (try EngineBench.patient(), try ChunkServerBench())
        let pattern = PatternFile(seed: 62, size: (40 << 20) + 5)
        try bench.folder.write(pattern, to: "large")
        var options = EngineBench.quickOptions
        options.chunkSize = 20 << 20
        let wished = options
        let result = try await server.run { try bench.send("large", to: "http://127.0.0.1:\($0)/", options: wished) }
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(result.chunksTotal == 3)
        #expect(try pattern.firstDifference(fromFileAt: server.data.path("files/large")) == nil)
    }

    @Test func manySmallFilesArrive() async throws {
        let (bench, server) = (try EngineBench.patient(), try ChunkServerBench())
        let files = (0..<200 as Range<UInt64>).map { (name: "f\($0)", PatternFile(seed: $0, size: Int64($0) * 31)) }
        for (name, pattern) in files { try bench.folder.write(pattern, to: name) }
        let snapshot = try await server.run { port in
            try bench.run(try files.map { try bench.upload($0.name, to: "http://127.0.0.1:\(port)/many/") })
        }
        #expect(snapshot.transfers.count == 200)
        #expect(snapshot.transfers.allSatisfy { $0.state == .completed })
        for (name, pattern) in files {
            #expect(try pattern.firstDifference(fromFileAt: server.data.path("files/many/\(name)")) == nil)
        }
    }

    @Test func downloadsAndUploadsRunTogether() async throws {
        let (bench, server) = (try EngineBench.patient(), try ChunkServerBench())
        let (down, up) = (PatternFile(seed: 63, size: 3_000_001), PatternFile(seed: 64, size: 2_000_001))
        try server.data.makeFolder("files")
        try server.data.write(down, to: "files/down")
        try bench.folder.write(up, to: "up")
        let snapshot = try await server.run { port in
            let address = "http://127.0.0.1:\(port)/files/"
            return try bench.run([
                bench.wish(address + "down", to: "down"), try bench.upload("up", to: address),
            ])
        }
        #expect(snapshot.transfers.map(\.state) == [.completed, .completed])
        #expect(try down.firstDifference(fromFileAt: bench.folder.path("down")) == nil)
        #expect(try up.firstDifference(fromFileAt: server.data.path("files/up")) == nil)
    }

    /// A chunk whose answer was lost is asked about, and not sent again: neither by the engine nor, on a connection that
    /// was used before, by libcurl.
    @Test(arguments: [chunk, 16 * chunk], [1, 4])
    func aLostAnswerIsAskedFor(chunkSize: Int64, connections: Int) async throws {
        let bench = try EngineBench.patient()
        var server = try ChunkServerBench()
        server.faults = FaultPlan(seed: 1, chances: .init(), certainUploadFaults: [2: .loseAnswer])
        let pattern = PatternFile(seed: 70, size: 5 * chunkSize)
        try bench.folder.write(pattern, to: "f")
        var options = EngineBench.quickOptions
        options.chunkSize = chunkSize
        options.connections = connections
        let wished = options
        let (snapshot, bytesSent) = try await server.run { port in
            let proxy = try MeddlingProxy(to: port)
            defer { proxy.stop() }
            let address = "http://127.0.0.1:\(proxy.port)/"
            return (try bench.run([try bench.upload("f", to: address, options: wished)]), proxy.bytesFromClients)
        }
        // Heads, and not one chunk more.
        #expect((pattern.size..<pattern.size + chunkSize).contains(bytesSent))
        #expect(snapshot.transfers[0].state == .completed)
        // The question may fail, too, on a busy machine.
        #expect(snapshot.transfers[0].retries >= 1)
        let texts = snapshot.events.map(\.text.description)
        #expect(texts.contains { $0.hasSuffix("is stored: only the answer was lost") }, "\(texts)")
        #expect(try pattern.firstDifference(fromFileAt: server.data.path("files/f")) == nil)
    }

    @Test func aFileThatChangesStopsItsUploadAndNothingIsMixed() async throws {
        let (bench, server) = (try EngineBench.patient(), try ChunkServerBench.slow(bytesPerSecond: 100_000))
        try bench.folder.write(PatternFile(seed: 65, size: 1_500_000), to: "f")
        let changed = PatternFile(seed: 66, size: 1_500_000)
        try await server.run { port in
            let engine = try bench.engine()
            defer { engine.stop() }
            engine.send(.add([try bench.upload("f", to: "http://127.0.0.1:\(port)/")]))
            _ = try engine.wait("something is safe") { $0.transfers.first?.chunksDone ?? 0 >= 2 }
            try bench.folder.write(changed, to: "f")
            let stopped = try engine.wait("it has stopped") { $0.isIdle }.transfers[0]
            #expect(stopped.state == .paused)
            #expect(stopped.error?.code == .sourceChanged)
            #expect(stopped.error?.detail.description == "\(bench.folder.path("f")) has changed since its upload began")
            #expect(!FileManager.default.fileExists(atPath: server.data.path("files/f")))

            // A retry sends the new content, from the start, and has the server forget the old one.
            engine.send(.retry([stopped.id]))
            let done = try engine.wait("retried") { $0.commandsTaken == 2 && $0.isIdle }.transfers[0]
            #expect(done.state == .completed)
        }
        #expect(try changed.firstDifference(fromFileAt: server.data.path("files/f")) == nil)
        #expect(try server.unfinished() == [])
    }

    @Test func aFileThatIsMissingPausesWithARemedy() async throws {
        let (bench, server) = (try EngineBench.patient(), try ChunkServerBench())
        let result = try await server.run { try bench.send("nothing", to: "http://127.0.0.1:\($0)/") }
        #expect(result.state == .paused)
        #expect(result.error?.code == .sourceMissing)
        #expect(result.error?.code.remedy == "put the file back, then retry")
    }

    @Test func anUploadThatTheServerForgotStartsOverAndSaysSo() async throws {
        let store = MemoryStore()
        var bench = try EngineBench.patient()
        bench.store = store
        let (ready, server) = (bench, try ChunkServerBench.slow(bytesPerSecond: 100_000))
        let pattern = PatternFile(seed: 67, size: 1_000_000)
        try bench.folder.write(pattern, to: "f")
        let result = try await server.run { port in
            let engine = try ready.engine()
            defer { engine.stop() }
            engine.send(.add([try ready.upload("f", to: "http://127.0.0.1:\(port)/")]))
            let begun = try engine.wait("something is safe") { $0.transfers.first?.chunksDone ?? 0 >= 2 }
            let id = begun.transfers[0].id
            engine.send(.pause([id]))
            _ = try engine.wait("it is paused") { $0.isIdle }
            let address = try #require(try store.loadQueue()[0].upload?.address)
            let path = String(address.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" })
            #expect(try RawConnection(port: port).exchange("DELETE", path).status == 204)
            engine.send(.resume([id]))
            return try engine.wait("resumed") { $0.commandsTaken == 3 && $0.isIdle }.transfers[0]
        }
        #expect(result.state == .completed)
        #expect(result.explanation?.description.hasPrefix("the server does not know this upload any more") == true)
        #expect(result.explanation?.description.hasSuffix("starting over from 0") == true)
        #expect(try pattern.firstDifference(fromFileAt: server.data.path("files/f")) == nil)
    }

    /// Pausing and resuming keep what was acknowledged.
    @Test func aResumeSkipsWhatTheServerHas() async throws {
        let (bench, server) = (try EngineBench.patient(), try ChunkServerBench.slow(bytesPerSecond: 100_000))
        let pattern = PatternFile(seed: 68, size: 1_200_000)
        try bench.folder.write(pattern, to: "f")
        try await server.run { port in
            let engine = try bench.engine()
            defer { engine.stop() }
            engine.send(.add([try bench.upload("f", to: "http://127.0.0.1:\(port)/")]))
            let begun = try engine.wait("something is safe") { $0.transfers.first?.chunksDone ?? 0 >= 5 }
            let id = begun.transfers[0].id
            engine.send(.pause([id]))
            let paused = try engine.wait("it is paused") { $0.isIdle }.transfers[0]
            #expect(paused.state == .paused)
            #expect(paused.bytesInFlight == 0)
            engine.send(.resume([id]))
            let resumed = try engine.wait("it goes on") { $0.transfers[0].chunksDone > paused.chunksDone }.transfers[0]
            #expect(resumed.chunks.filter { $0.state == .skipped }.count >= paused.chunksDone)
            let done = try engine.wait("it has ended") { $0.isIdle }.transfers[0]
            #expect(done.state == .completed)
            #expect(done.explanation?.description.hasPrefix("the server has ") == true)
        }
        #expect(try pattern.firstDifference(fromFileAt: server.data.path("files/f")) == nil)
    }

    @Test(arguments: [true, false])
    func removalTellsTheServerIfTheDataIsToGo(withData: Bool) async throws {
        let (bench, server) = (try EngineBench.patient(), try ChunkServerBench.slow(bytesPerSecond: 100_000))
        try bench.folder.write(PatternFile(seed: 69, size: 1_000_000), to: "f")
        try await server.run { port in
            let engine = try bench.engine()
            defer { engine.stop() }
            engine.send(.add([try bench.upload("f", to: "http://127.0.0.1:\(port)/")]))
            let begun = try engine.wait("something is safe") { $0.transfers.first?.chunksDone ?? 0 >= 1 }
            #expect(try server.unfinished().count == 1)
            engine.send(.remove([begun.transfers[0].id], withData: withData))
            _ = try engine.wait("it is gone") { $0.commandsTaken == 2 && $0.isIdle && $0.transfers.isEmpty }
            #expect(try server.unfinished().count == (withData ? 0 : 1))
        }
        // The file here is nobody's to delete.
        #expect(try bench.folder.names() == ["f"])
    }
}
