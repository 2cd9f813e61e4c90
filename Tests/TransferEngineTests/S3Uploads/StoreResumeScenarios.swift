import TestSupport
import Testing
import TransferCore
import TransferEngine

/// Uploads that were interrupted, and what the store has of them.
@Suite(.timeLimit(.minutes(5))) struct StoreResumeScenarios {
    /// A bench whose first engine has stopped while part 3 was on its way.
    private func interrupted() async throws -> StoreUploadBench {
        let bench = try StoreUploadBench(troubles: [.init(.part, part: 3, .stall(after: 100))])
        try await bench.run([.add([bench.wish()])], until: "two parts are safe") {
            $0.transfers.first?.chunksDone == 2 && bench.store.log.last == "part 3 -"
        }
        #expect(bench.store.log == StoreLog.beginning + ["part 1 200", "part 2 200", "part 3 -"])
        return bench
    }

    private func resumed(_ bench: StoreUploadBench) async throws -> (TransferSnapshot, [String]) {
        let before = bench.store.log.count
        let result = try await bench.run(until: "everything ended") { $0.isIdle }.transfers[0]
        return (result, Array(bench.store.log.dropFirst(before)))
    }

    @Test func onlyWhatIsMissingIsSent() async throws {
        let bench = try await interrupted()
        let (result, log) = try await resumed(bench)
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(log == ["listParts 200", "part 3 200"] + StoreLog.end)
        #expect(bench.store.bytesTaken == bench.file.size + 100)
        #expect(result.explanation?.description == "the server has 2 of 3 chunks, 1 to send")
    }

    @Test func aPartThatIsNotOursIsSentAgain() async throws {
        let bench = try await interrupted()
        bench.store.change { $0.put([UInt8](repeating: 7, count: 5 << 20), asPart: 1, of: "upload-1") }
        let (result, log) = try await resumed(bench)
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(log == ["listParts 200", "part 1 200", "part 3 200"] + StoreLog.end)
        #expect(bench.store.bytesTaken == bench.file.size + StoreUploadBench.partSize + 100)
    }

    /// The answer to it never came, but the list tells what it holds.
    @Test func aPartThatLandedUnnoticedIsNotSentAgain() async throws {
        let bench = try await interrupted()
        bench.store.change { $0.put(bench.bytes(ofPart: 3), asPart: 3, of: "upload-1") }
        let (result, log) = try await resumed(bench)
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(log == ["listParts 200"] + StoreLog.end)
        #expect(bench.store.bytesTaken == bench.file.size - bench.file.size % StoreUploadBench.partSize + 100)
    }

    @Test func anUploadThatIsGoneStartsOver() async throws {
        let bench = try await interrupted()
        bench.store.change { $0.dropUploads() }
        let (result, log) = try await resumed(bench)
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(log == ["listParts 404"] + StoreLog.whole)
    }

    @Test func anUploadMayGoInTheMiddle() async throws {
        let bench = try StoreUploadBench(troubles: [.init(.part, part: 2, .meanwhile { $0.dropUploads() })])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log == StoreLog.beginning + ["part 1 200", "part 2 404"] + StoreLog.whole)
        #expect(
            result.explanation?.description
                == "the store does not know this upload any more (NoSuchUpload: Because): starting over from 0")
        #expect(bench.store.bytesTaken == bench.file.size + 2 * StoreUploadBench.partSize)
    }

    /// More than two pages of parts as AWS cuts them; every hundredth is missing, and one is somebody else's.
    @Test func allPagesOfAListAreRead() async throws {
        let (count, size) = (2300, Int64(4096))
        var rules = StoreRules()
        rules.smallestPart = 1
        var bench = try StoreUploadBench(PatternFile(seed: 96, size: Int64(count) * size - 5), rules: rules)
        let memory = MemoryStore()
        bench.bench.store = memory
        let plan = ChunkPlan(size: bench.file.size, exactChunkSize: size)
        let missing = Set(stride(from: 99, to: count, by: 100))
        var chunks: [ChunkBookmark] = []
        bench.store.change { content in
            let id = content.begin(StoreUploadBench.key, hasChecksums: true)
            for chunk in 0..<count where !missing.contains(chunk) {
                let range = plan.range(of: chunk)
                let bytes = bench.file.bytes(range.start..<range.end)
                guard let piece = content.put(bytes, asPart: chunk + 1, of: id) else { continue }
                let receipt = Receipt(sha256: hex(SHA256.hash(bytes)), entityTag: piece.entityTag)
                chunks.append(ChunkBookmark(index: chunk, bytes: range.length, checksum: 0, receipt: receipt))
            }
            content.put([UInt8](repeating: 7, count: Int(size)), asPart: 2001, of: id)
        }
        var record = try #require(memory.insert([bench.wish()], at: WallTime(milliseconds: 0)).first)
        record.upload = UploadBookmark(
            key: "k", address: "\(StoreUploadBench.address)?uploadId=upload-1&checksums=sha256",
            source: try bench.bench.fileSystem.openSource(bench.bench.folder.path("file")).identity(),
            chunkSize: size, begunAt: WallTime(milliseconds: 0))
        var batch = StoreBatch()
        batch.records = [record]
        batch.chunks = [record.id: chunks]
        let bytes = chunks.reduce(0) { $0 + $1.bytes }
        batch.progress = [record.id: StoredProgress(bytesDone: bytes, chunksDone: chunks.count)]
        try memory.commit(batch)

        let (result, log) = try await resumed(bench)
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        let pages = ["listParts 200", "listParts 200", "listParts 200"]
        let sent = (missing.map { $0 + 1 } + [2001]).sorted().map { "part \($0) 200" }
        #expect(log == pages + sent + pages + ["complete 200"])
        #expect(bench.store.bytesTaken == Int64(sent.count) * size - 5)
    }

    // MARK: Removal

    /// Parts that were on their way land after the first request to abort.
    @Test(arguments: [1, 2])
    func aRemovalThatLeavesPartsIsRepeated(_ times: Int) async throws {
        let bench = try StoreUploadBench(troubles: [
            .init(.part, part: 3, .stall(after: 100)), .init(.abort, times: times, .refuse(204)),
        ])
        try await remove(bench)
        var log = StoreLog.beginning + ["part 1 200", "part 2 200", "part 3 -"]
        for _ in 0..<times { log += ["abort 204", "listParts 200"] }
        #expect(bench.store.log == log + ["abort 204", "listParts 404"])
        #expect(bench.store.content.uploads.isEmpty)
    }

    private func remove(_ bench: StoreUploadBench) async throws {
        try await onOwnThread {
            let engine = try bench.bench.engine()
            defer { engine.stop() }
            engine.send(.add([bench.wish()]))
            let running = try engine.wait("two parts are safe") {
                $0.transfers.first?.chunksDone == 2 && bench.store.log.last == "part 3 -"
            }
            engine.send(.remove(running.transfers.map(\.id), withData: false))
            _ = try engine.wait("it is gone") { $0.transfers.isEmpty && $0.isIdle && $0.commandsTaken >= 2 }
        }
        #expect(bench.store.content.objects.isEmpty)
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
    }
}
