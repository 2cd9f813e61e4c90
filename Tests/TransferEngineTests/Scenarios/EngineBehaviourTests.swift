import TestSupport
import Testing
import TransferCore
import TransferEngine

/// What the whole engine does beyond one transfer: failures that stop only their own, and secrets that stay at home.
@Suite struct EngineBehaviourTests {
    private static let file = PatternFile(seed: 51, size: 500_000)

    /// Serves the same pattern under several names.
    private func server(_ names: [String], faults: [Fault] = []) throws -> FaultyServer {
        let server = FaultyServer(names.map { ServedFile($0, .pattern(Self.file)) }, faults: faults)
        try server.start()
        return server
    }

    private func wish(_ address: String, _ path: String, headers: [HeaderField] = []) -> NewTransfer {
        var options = EngineBench.quickOptions
        options.headers = headers
        return NewTransfer(direction: .download, source: address, destination: path, options: options)
    }

    @Test func aFullDiskPausesThatTransferAndTheOthersGoOn() async throws {
        let server = try server(["/a", "/b", "/c"])
        defer { server.stop() }
        let disk = MemoryFileSystem(folders: ["/files"])
        disk.fail(.write, with: TransferError(.diskFull, "cannot write: no space left"), after: 3)
        var bench = try EngineBench()
        bench.fileSystem = disk
        let ready = bench
        let wishes = ["/a", "/b", "/c"].map { wish(server.url($0), "/files\($0)") }
        try await onOwnThread {
            let engine = try ready.engine()
            defer { engine.stop() }
            engine.send(.add(wishes))
            let idle = try engine.wait("all have ended") { $0.commandsTaken == 1 && $0.isIdle }
            let paused = idle.transfers.filter { $0.state == .paused }
            #expect(paused.map { $0.error?.code } == [.diskFull])
            #expect(idle.transfers.filter { $0.state == .completed }.count == 2)
            engine.send(.retry(paused.map(\.id)))
            let done = try engine.wait("retried") { $0.commandsTaken == 2 && $0.isIdle }
            #expect(done.transfers.allSatisfy { $0.state == .completed })
        }
        for name in ["/files/a", "/files/b", "/files/c"] { #expect(disk.content(of: name) == Self.file.bytes) }
    }

    @Test func aStoreThatFailsLosesNothing() async throws {
        struct Failure: Error {}
        let server = try server(["/a"], faults: [Fault(.always, .slowBody(bytesPerSecond: 20_000))])
        defer { server.stop() }
        let store = MemoryStore()
        var bench = try EngineBench()
        bench.store = store
        let ready = bench
        let wishes = [wish(server.url("/a"), bench.folder.path("a"))]
        try await onOwnThread {
            let engine = try ready.engine()
            defer { engine.stop() }
            engine.send(.add(wishes))
            _ = try engine.wait("something is safe") { $0.transfers.first?.bytesDone ?? 0 > 100_000 }
            store.failNextCommit(Failure())
            let idle = try engine.wait("it has stopped") { $0.isIdle }
            let row = try #require(idle.transfers.first)
            #expect(row.state == .paused)
            #expect(row.error?.code == .fileFailure)
            engine.send(.retry([row.id]))
            let done = try engine.wait("retried") { $0.commandsTaken == 2 && $0.isIdle }
            #expect(done.transfers.first?.state == .completed)
        }
        #expect(try Self.file.firstDifference(fromFileAt: bench.folder.path("a")) == nil)
    }

    @Test func anAdditionThatTheStoreRefusesLeavesTheEngineAlive() async throws {
        var bench = try EngineBench()
        bench.store = RefusingStore()
        let ready = bench
        let wishes = [wish("http://127.0.0.1:9/a", bench.folder.path("a"))]
        try await onOwnThread {
            let engine = try ready.engine()
            defer { engine.stop() }
            engine.send(.add(wishes))
            let idle = try engine.wait("it is idle again") { $0.commandsTaken == 1 && $0.isIdle }
            #expect(idle.transfers.isEmpty)
        }
    }

    @Test func headersAndCredentialsStayWithTheirOrigin() async throws {
        let other = try server(["/moved"])
        defer { other.stop() }
        let first = try server(["/a"], faults: [Fault(.path("/a"), .redirect(302, to: other.url("/moved")))])
        defer { first.stop() }
        let bench = try EngineBench()
        let address = first.url("/a").replacing("http://", with: "http://user:secret@")
        let wishes = [wish(address, bench.folder.path("a"), headers: [HeaderField("X-Api-Key", "secret")])]
        try await onOwnThread {
            let engine = try bench.engine()
            defer { engine.stop() }
            engine.send(.add(wishes))
            let idle = try engine.wait("it has ended") { $0.commandsTaken == 1 && $0.isIdle }
            #expect(idle.transfers.first?.state == .completed)
            #expect(idle.transfers.first?.source.description.contains("secret") == false)
        }
        #expect(first.requests.allSatisfy { $0["X-Api-Key"] == "secret" && $0["Authorization"] != nil })
        #expect(!other.requests.isEmpty)
        #expect(other.requests.allSatisfy { $0["X-Api-Key"] == nil && $0["Authorization"] == nil })
    }

    @Test func aBusyServerHoldsBackEveryTransferOfIt() async throws {
        let server = try server(
            ["/a", "/b"], faults: [Fault(.request(1), .status(503, [HeaderField("Retry-After", "1")]))])
        defer { server.stop() }
        var bench = try EngineBench()
        bench.settings.maxActive = 1
        let ready = bench
        let wishes = ["/a", "/b"].map { wish(server.url($0), ready.folder.path("x\($0.dropFirst())")) }
        try await onOwnThread {
            let engine = try ready.engine()
            defer { engine.stop() }
            engine.send(.add(wishes))
            let held = try engine.wait("the remote is left alone") { $0.transfers.first?.state == .waiting }
            #expect(held.transfers.first?.waitingUntil ?? .zero > held.takenAt)
            #expect(held.transfers.last?.state == .queued)
            let idle = try engine.wait("both have ended") { $0.isIdle }
            #expect(idle.transfers.allSatisfy { $0.state == .completed })
        }
    }
}

/// A store that takes nothing new.
private final class RefusingStore: BookmarkStore {
    private struct Refusal: Error {}

    func loadQueue() throws -> [TransferRecord] { [] }
    func loadChunks(of id: TransferID) throws -> [ChunkBookmark] { throw Refusal() }
    func loadChunk(_ index: Int, of id: TransferID) throws -> ChunkBookmark? { throw Refusal() }
    func loadAttempts(of id: TransferID) throws -> [Attempt] { throw Refusal() }
    func insert(_ wishes: [NewTransfer], at time: WallTime) throws -> [TransferRecord] { throw Refusal() }
    func commit(_ batch: StoreBatch) throws { throw Refusal() }
}
