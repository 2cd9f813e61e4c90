import GRDB
import Synchronization
import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import UploadServer

/// The ledger by itself.
@Suite(.timeLimit(.minutes(5))) struct LedgerTests {
    private let folder: TemporaryFolder
    private let ledger: SQLiteLedger
    private let start = WallTime(milliseconds: 1_700_000_000_000)

    init() throws {
        folder = try TemporaryFolder()
        ledger = try SQLiteLedger(path: folder.path("server.db"), logger: .silent)
    }

    private func register(
        _ name: String = "f", _ status: UploadStage = .inProgress, object: StoreUpload? = nil
    ) throws -> UploadRecord {
        let name = try #require(FileName(name))
        let registration = Registration(name: name, size: 200_000)
        let upload = UploadRecord(
            key: 0, id: .random(), owner: .nobody, name: name, plan: registration.plan(.test), status: status,
            file: InodeIdentity(inode: 5, birthTime: 7), nextExpectedChunk: 0, receivedCount: 0, activeAt: start,
            object: object)
        return try ledger.register(upload, as: registration, idempotencyKey: nil, at: start)
    }

    private func chunk(_ index: Int, of upload: Int64) -> ReceivedChunk {
        ReceivedChunk(upload: upload, index: index, digest: .ofEmpty)
    }

    /// Whoever asked for it in between does not keep it from being forgotten.
    @Test func whatEndedIsNotKeptInMemory() async throws {
        let uploads = OpenUploads(ledger: ledger, readers: Workers(name: "read", count: 1), takeoverAfter: .zero)
        let upload = try register()
        try ledger.end(upload.key, as: .expired, at: start)
        #expect(try await uploads.with(upload.id) { $1.status } == .expired)
        try ledger.forget(before: start + .seconds(1))
        #expect(try await uploads.with(upload.id) { $1.status } == nil)
    }

    /// Without it, what is asked of the store would be about the object itself.
    @Test func anUploadOfTheStoreHasAName() throws {
        let object = StoreUpload(location: try S3Location(bucket: "bucket", key: "f"), uploadID: "")
        let upload = try register(object: object)
        #expect(throws: DamagedRow.self) { try ledger.upload(upload.id) }
        #expect(try ledger.unfinished(since: nil).isEmpty)
    }

    @Test func onlyAnotherUploadWithoutANameIsARival() throws {
        let place = StoreUpload(location: try S3Location(bucket: "bucket", key: "f"))
        let upload = try register("f", .creating, object: place)
        let elsewhere = StoreUpload(location: try S3Location(bucket: "bucket", key: "g"))
        _ = try register("g", .creating, object: elsewhere)
        #expect(try !ledger.isContested(upload))
        let rival = try register("f", .creating, object: place)
        #expect(try ledger.isContested(upload))
        var begun = place
        begun.uploadID = "u"
        try ledger.begin(rival.key, as: begun, at: start)
        #expect(try !ledger.isContested(upload))
        let other = try register("f", .creating, object: place)
        try ledger.end(other.key, as: .aborted, at: start)
        #expect(try !ledger.isContested(upload))
    }

    /// With less, a commit is in the log, but the log is not on the disk.
    @Test func everyCommitIsSynced() throws {
        #expect(try synchronous(ledger) == 2)
        try ledger.close()
        let again = try SQLiteLedger(path: folder.path("server.db"), logger: .silent)
        #expect(try synchronous(again) == 2)
    }

    private func synchronous(_ ledger: SQLiteLedger) throws -> Int? {
        try ledger.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
    }

    @Test func aClockThatGoesBackEndsNothing() throws {
        let upload = try register()
        let earlier = WallTime(milliseconds: start.milliseconds - 1_000_000)
        _ = try ledger.record([chunk(0, of: upload.key)], at: earlier)
        try ledger.beginAssembly(of: upload.key, expecting: nil, at: earlier)
        try ledger.abandonAssembly(of: upload.key, at: earlier)
        #expect(try ledger.upload(upload.id)?.activeAt == start)
        let open = OpenUpload(upload.id, takeoverAfter: .seconds(1))
        _ = open.learn(upload)
        open.wasActive(at: earlier)
        #expect(open.record?.activeAt == start)
    }

    @Test func anAbandonedDigestIsForgotten() throws {
        let upload = try register()
        try ledger.beginAssembly(of: upload.key, expecting: .ofEmpty, at: start)
        #expect(try ledger.upload(upload.id)?.sha256 == .ofEmpty)
        try ledger.abandonAssembly(of: upload.key, at: start)
        let row = try ledger.upload(upload.id)
        #expect(row?.sha256 == nil && row?.status == .inProgress)
    }

    /// It was sent again and reported while the store was asked about the earlier one.
    @Test func whatWasReportedAnewIsKept() throws {
        let upload = try register()
        let report = { ReceivedChunk(upload: upload.key, index: $0, digest: .ofEmpty, entityTag: $1) }
        _ = try ledger.record([report(0, "old"), report(1, "old")], at: start)
        let compared = try ledger.receipts(of: upload.key)
        try ledger.rename(report(0, "new"), at: start)
        try ledger.forget(compared, of: upload.key)
        #expect(try ledger.receipts(of: upload.key).map(\.entityTag) == ["new"])
        let row = try #require(try ledger.upload(upload.id))
        #expect(row.receivedCount == 1)
        #expect(row.nextExpectedChunk == 1)
    }

    @Test func anUploadBeginsOnce() throws {
        let location = try S3Location(bucket: "bucket", key: "f")
        let object = StoreUpload(location: location, uploadID: "u", hasChecksums: true)
        let uploads = try ["f", "g"].map { try register($0, .creating, object: StoreUpload(location: location)) }
        try ledger.attempt(uploads[0].key, hasChecksums: true, at: start)
        #expect(try ledger.upload(uploads[0].id)?.object?.attemptedAt == start)
        try ledger.begin(uploads[0].key, as: object, at: start)
        #expect(throws: LedgerConflict.self) { try ledger.begin(uploads[0].key, as: object, at: start) }
        #expect(throws: LedgerConflict.self) { try ledger.attempt(uploads[0].key, hasChecksums: true, at: start) }
        // The other one cannot be the same.
        #expect(throws: LedgerConflict.self) { try ledger.begin(uploads[1].key, as: object, at: start) }
        try ledger.end(uploads[1].key, as: .aborted, at: start)
        #expect(throws: LedgerConflict.self) { try ledger.attempt(uploads[1].key, hasChecksums: true, at: start) }
    }

    @Test func aDamagedRowStopsNobody() throws {
        let (damaged, intact) = (try register(), try register("g"))
        try ledger.pool.write {
            try $0.execute(sql: "UPDATE uploads SET name = '..' WHERE key = ?", arguments: [damaged.key])
        }
        #expect(try ledger.unfinished(since: nil).map(\.id) == [intact.id])
        // Its file is not a stray one.
        #expect(try ledger.unfinishedIDs() == [damaged.id.description, intact.id.description])
    }

    @Test func longListsAreCutShort() throws {
        let upload = try register()
        _ = try ledger.record([0, 1, 3].map { chunk($0, of: upload.key) }, at: start)
        #expect(try ledger.received(upload.key, limit: 2).ranges == [0...1, 3...3])
        #expect(try ledger.received(upload.key, limit: 1).ranges == [0...1])
    }

    @Test func aFullDiskIsCalledThat() throws {
        let upload = try register()
        try ledger.pool.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
        #expect(throws: StorageError.noRoom) {
            _ = try ledger.record((0..<1000).map { chunk($0, of: upload.key) }, at: start)
        }
    }

    @Test func aChunkThatCannotBeRecordedFailsAlone() async throws {
        let upload = try register()
        let storage = try RecordingStorage(folder, Recording())
        _ = try storage.create(upload.id, size: upload.plan.size)
        let file = SharedFile(try storage.open(upload.id))
        let committer = ChunkCommitter(ledger: ledger, clock: SystemClock(), logger: .silent)
        let outcomes = Mutex<[Int: Result<Int, any Error>]>([:])
        // Both wait for the same round behind this.
        try await committer.change { [upload] _, _ in
            for (index, key) in [(0, upload.key), (1, upload.key + 1000)] {
                let chunk = ReceivedChunk(upload: key, index: index, digest: .ofEmpty)
                committer.submit(.init(chunk: chunk, file: file) { result in outcomes.withLock { $0[index] = result } })
            }
        }
        try await eventually("both are told") { outcomes.withLock { $0.count == 2 } }
        let found = outcomes.withLock { $0 }
        #expect(try found[0]?.get() == 1)
        #expect(throws: LedgerConflict.self) { try found[1]?.get() }
        #expect(try ledger.received(upload.key, limit: 9).ranges == [0...0])
    }
}
