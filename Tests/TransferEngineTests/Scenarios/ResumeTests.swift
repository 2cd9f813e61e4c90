import Glibc
import TestSupport
import Testing
import TransferCore
import TransferEngine

/// What a second run makes of what the first one left.
@Suite struct ResumeTests {
    private static let file = PatternFile(seed: 21, size: 2_000_000)
    private static let path = "/data/file.bin"

    /// A transfer that was stopped half-way, its server, and its folder.
    private struct Halfway {
        let server: FaultyServer
        let bench: EngineBench

        /// Runs until at least a third is safe, then stops as a quit would. Half of the file comes and no more, so that
        /// this is never too late.
        init(_ faults: [Fault] = [], spotChecks: Int = EngineSettings().spotChecks) async throws {
            let half = Fault(.always, .silence(from: 1_000_000))
            server = FaultyServer([ServedFile(ResumeTests.path, .pattern(ResumeTests.file))], faults: faults + [half])
            try server.start()
            var bench = try EngineBench.patient()
            bench.settings.spotChecks = spotChecks
            self.bench = bench
            let (server, ready) = (server, bench)
            try await onOwnThread {
                let engine = try ready.engine()
                defer { engine.stop() }
                engine.send(.add([ready.wish(server.url(ResumeTests.path), to: "out.bin")]))
                _ = try engine.wait("a third is safe") { $0.transfers.first?.bytesDone ?? 0 > 700_000 }
            }
            server.setFaults(faults)
        }

        /// Runs on until everything has ended.
        func carryOn() async throws -> TransferSnapshot {
            let bench = self.bench
            return try await onOwnThread {
                let engine = try bench.engine(seed: 2)
                defer { engine.stop() }
                let last = try engine.wait("everything ended") { $0.isIdle }
                return try #require(last.transfers.first)
            }
        }

        var arrivedIntact: Bool {
            get throws { try ResumeTests.file.firstDifference(fromFileAt: bench.folder.path("out.bin")) == nil }
        }
    }

    @Test func strongValidatorKeepsWhatIsThere() async throws {
        let half = try await Halfway()
        defer { half.server.stop() }
        let before = half.server.bodyBytesSent
        let result = try await half.carryOn()
        #expect(result.state == .completed)
        #expect(try half.arrivedIntact)
        #expect(result.explanation?.description.hasPrefix("ETag unchanged, ") == true)
        // Requests of the first run may still have been counted after it ended, so only half of what was kept counts.
        #expect(half.server.bodyBytesSent - before < Self.file.size - 350_000)
        // Every request carried the guard against a mixture of versions.
        #expect(half.server.requests.dropFirst().allSatisfy { $0["If-Match"] == "\"v1\"" })
    }

    @Test func changedRemoteStartsOverAndSaysSo() async throws {
        let half = try await Halfway()
        defer { half.server.stop() }
        let served = ServedFile(Self.path, .pattern(Self.file)).version2(.otherContent)
        half.server.setFiles([served])
        let result = try await half.carryOn()
        #expect(result.state == .completed)
        #expect(result.explanation?.description.contains("starting over from 0") == true)
        let second = try #require(served.pattern)
        #expect(try second.firstDifference(fromFileAt: half.bench.folder.path("out.bin")) == nil)
    }

    @Test func lostPartFileStartsOverAndSaysSo() async throws {
        let half = try await Halfway()
        defer { half.server.stop() }
        unlink(half.bench.folder.path("out.bin.part"))
        let result = try await half.carryOn()
        #expect(result.state == .completed)
        #expect(try half.arrivedIntact)
        #expect(result.explanation?.description.contains("starting over from 0") == true)
    }

    @Test func strangersPartFileIsNotTouched() async throws {
        let half = try await Halfway()
        defer { half.server.stop() }
        unlink(half.bench.folder.path("out.bin.part"))
        try half.bench.folder.write(Array("precious".utf8), to: "out.bin.part")
        let result = try await half.carryOn()
        #expect(result.state == .paused)
        #expect(result.error?.code == .partTaken)
        #expect(try half.bench.folder.read("out.bin.part") == Array("precious".utf8))
    }

    @Test func weakValidatorComparesAnOverlap() async throws {
        let half = try await Halfway([Fault(.always, .weakEntityTag), Fault(.always, .noLastModified)])
        defer { half.server.stop() }
        let result = try await half.carryOn()
        #expect(result.state == .completed)
        #expect(try half.arrivedIntact)
        #expect(result.explanation?.description.contains("overlap is identical") == true)
    }

    @Test func differingOverlapStartsOver() async throws {
        let half = try await Halfway([Fault(.always, .noValidator)])
        defer { half.server.stop() }
        let served = ServedFile(Self.path, .pattern(Self.file)).version2(.otherContent)
        half.server.setFiles([served])
        let result = try await half.carryOn()
        #expect(result.state == .completed)
        let second = try #require(served.pattern)
        #expect(try second.firstDifference(fromFileAt: half.bench.folder.path("out.bin")) == nil)
    }

    @Test func damagedChunkIsFoundAndFetchedAgain() async throws {
        let half = try await Halfway(spotChecks: 500)
        defer { half.server.stop() }
        let descriptor = open(half.bench.folder.path("out.bin.part"), O_WRONLY)
        #expect(pwrite(descriptor, "damage", 6, 100) == 6)
        close(descriptor)
        let result = try await half.carryOn()
        #expect(result.state == .completed)
        #expect(try half.arrivedIntact)
    }

    @Test func nameTakenMeanwhilePausesAndRetryGoesOn() async throws {
        let half = try await Halfway()
        defer { half.server.stop() }
        try half.bench.folder.write(Array("mine".utf8), to: "out.bin")
        let bench = half.bench
        try await onOwnThread {
            let engine = try bench.engine(seed: 3)
            defer { engine.stop() }
            let idle = try engine.wait("paused") { $0.isIdle }
            let paused = try #require(idle.transfers.first)
            #expect(paused.state == .paused)
            #expect(paused.error?.code == .nameTaken)
            #expect(try bench.folder.read("out.bin") == Array("mine".utf8))
            unlink(bench.folder.path("out.bin"))
            engine.send(.retry([paused.id]))
            let done = try engine.wait("completed") { $0.commandsTaken == 1 && $0.isIdle }
            #expect(done.transfers.first?.state == .completed)
        }
        #expect(try half.arrivedIntact)
    }

    @Test func serverWithoutRangesStartsOverAndSaysSo() async throws {
        let half = try await Halfway([Fault(.always, .ignoreRanges)])
        defer { half.server.stop() }
        let result = try await half.carryOn()
        #expect(result.state == .completed)
        #expect(try half.arrivedIntact)
        #expect(result.isResumable == false)
    }
}

extension ServedFile {
    /// The pattern that is served, if it is one.
    var pattern: PatternFile? {
        if case .pattern(let pattern) = content { return pattern }
        return nil
    }
}
