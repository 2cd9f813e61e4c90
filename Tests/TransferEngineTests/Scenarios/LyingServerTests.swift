import Glibc
import TestSupport
import Testing
import TransferCore
import TransferEngine

/// Servers and neighbours that do what nobody should: the file that arrives is one version of its source, or none.
@Suite struct LyingServerTests {
    private static let file = PatternFile(seed: 31, size: 600_000)

    private func fetch(_ faults: [Fault]) async throws -> (TransferSnapshot, EngineBench, FaultyServer) {
        let server = FaultyServer([ServedFile("/f", .pattern(Self.file))], faults: faults)
        try server.start()
        let bench = try EngineBench()
        let result = try await bench.fetch(server.url("/f"), to: "out")
        server.stop()
        return (result, bench, server)
    }

    /// Which version the finished file is; `nil` for a mixture.
    private func version(_ bench: EngineBench) throws -> Int? {
        let path = bench.folder.path("out")
        if try Self.file.firstDifference(fromFileAt: path) == nil { return 1 }
        let second = ServedFile("/f", .pattern(Self.file)).version2(.otherContent).pattern
        return try second?.firstDifference(fromFileAt: path) == nil ? 2 : nil
    }

    @Test(arguments: [Int64.max, 1 << 62, 1 << 47, 1_000_000_000_000_000_000])
    func anImpossibleSizeEndsTheTransferOnly(size: Int64) async throws {
        let lie = Fault(.always, .contentRange(.raw("bytes 0-16383/\(size)")))
        let (result, bench, _) = try await fetch([lie])
        #expect(result.state == .failed)
        #expect(result.error?.code == .unsupported)
        #expect(try bench.folder.names().isEmpty)
    }

    @Test(arguments: [2, 3, 4, 5])
    func aChangeThatNoValidatorTellsIsNotMixedIn(from request: Int) async throws {
        let faults = [Fault(.fromRequest(request), .version2(.otherContent)), Fault(.always, .noValidator)]
        let (result, bench, server) = try await fetch(faults)
        #expect(result.state == .completed)
        #expect(try version(bench) != nil, "\(server.requests.map(\.range))")
    }

    @Test func anInterruptedFileWithoutValidatorIsComparedBeforeItGoesOn() async throws {
        let faults = [
            Fault(.always, .noValidator), Fault(.request(2), .reset(after: 300_000)),
            Fault(.fromRequest(3), .version2(.otherContent)),
        ]
        let (result, bench, _) = try await fetch(faults)
        #expect(result.state == .completed)
        #expect(try version(bench) == 2)
        #expect(result.explanation?.description.contains("starting over from 0") == true)
    }

    @Test func anETagThatVanishesIsAChange() async throws {
        let faults = [
            Fault(.fromRequest(3), .version2(.otherContent)), Fault(.fromRequest(3), .noEntityTag),
            Fault(.always, .noLastModified), Fault(.always, .ignoreConditions),
        ]
        let (result, bench, _) = try await fetch(faults)
        #expect(result.state == .completed)
        #expect(try version(bench) == 2)
    }
}

/// What others do to the unfinished file between two runs, or under way.
@Suite struct MeddlingTests {
    private static let file = PatternFile(seed: 41, size: 2_000_000)

    /// Downloads half, lets somebody meddle, and downloads the rest.
    private func meddle(_ body: (EngineBench) throws -> Void) async throws -> (TransferSnapshot, EngineBench) {
        let middle = Fault(.always, .silence(from: 1_200_000))
        let server = FaultyServer([ServedFile("/f", .pattern(Self.file))], faults: [middle])
        try server.start()
        defer { server.stop() }
        let bench = try EngineBench.patient()
        let address = server.url("/f")
        try await onOwnThread {
            let engine = try bench.engine()
            defer { engine.stop() }
            engine.send(.add([bench.wish(address, to: "out")]))
            _ = try engine.wait("half is safe") { $0.transfers.first?.bytesDone ?? 0 > 900_000 }
        }
        try body(bench)
        server.setFaults([])
        let last = try await onOwnThread {
            let engine = try bench.engine(seed: 2)
            defer { engine.stop() }
            return try engine.wait("everything ended") { $0.isIdle }
        }
        return (try #require(last.transfers.first), bench)
    }

    @Test func aTruncatedPartStartsOver() async throws {
        let (result, bench) = try await meddle { truncate($0.folder.path("out.part"), 10_000) }
        #expect(result.state == .completed)
        #expect(try Self.file.firstDifference(fromFileAt: bench.folder.path("out")) == nil)
    }

    @Test func aZeroedPartIsFetchedAgain() async throws {
        let (result, bench) = try await meddle { bench in
            let path = bench.folder.path("out.part")
            truncate(path, 0)
            truncate(path, off_t(Self.file.size))
        }
        #expect(result.state == .completed)
        #expect(try Self.file.firstDifference(fromFileAt: bench.folder.path("out")) == nil)
    }

    @Test func aPartReplacedUnderWayIsNotTakenForOurs() async throws {
        let middle = Fault(.always, .silence(from: 1_200_000))
        let server = FaultyServer([ServedFile("/f", .pattern(Self.file))], faults: [middle])
        try server.start()
        defer { server.stop() }
        let bench = try EngineBench()
        let address = server.url("/f")
        let last = try await onOwnThread {
            let engine = try bench.engine()
            defer { engine.stop() }
            engine.send(.add([bench.wish(address, to: "out")]))
            _ = try engine.wait("something is safe") { $0.transfers.first?.bytesDone ?? 0 > 300_000 }
            unlink(bench.folder.path("out.part"))
            try bench.folder.write(Array("foreign".utf8), to: "out.part")
            // What hangs is asked for again.
            server.setFaults([])
            return try engine.wait("everything ended") { $0.isIdle }
        }
        #expect(last.transfers.first?.error?.code == .partTaken)
        #expect(try bench.folder.read("out.part") == Array("foreign".utf8))
        #expect(try !bench.folder.names().contains("out"))
    }
}
