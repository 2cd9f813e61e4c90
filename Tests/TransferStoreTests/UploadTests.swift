import TestSupport
import Testing
import TransferCore

@testable import TransferStore

@Suite("Uploads in every store")
struct UploadTests {
    private let now = WallTime(milliseconds: 0)

    @Test("keep their bookmark from the wish to a new beginning", arguments: StoreKind.allCases)
    func life(_ kind: StoreKind) throws {
        let fixture = try StoreFixture(kind)
        var record = try fixture.store.insert([.upload()], at: now)[0]
        #expect(record.upload == nil)
        func commitAndReopen() throws {
            try fixture.store.commit(.with { $0.records = [record] })
            try fixture.reopen()
        }

        record.upload = UploadBookmark(
            key: "5f", source: SourceIdentity(device: 1, inode: 2, size: 3, modified: 4), chunkSize: 4 << 20,
            begunAt: now)
        try commitAndReopen()
        #expect(try fixture.store.loadQueue() == [record])

        record.upload?.address = "https://example.org/uploads/1"
        record.upload?.chunkSize = 1000
        try commitAndReopen()
        #expect(try fixture.store.loadQueue() == [record])

        record.abandonUpload()
        #expect(record.upload == nil && record.abandoned == ["https://example.org/uploads/1"])
        try commitAndReopen()
        #expect(try fixture.store.loadQueue() == [record])

        record.abandoned = []
        try commitAndReopen()
        #expect(try fixture.store.loadQueue() == [record])
    }

    @Test(
        "keep numbers to their last bit",
        arguments: StoreKind.allCases,
        [
            UploadBookmark(
                key: "k", source: .extreme, chunkSize: ChunkPlan.maximumSize, begunAt: WallTime(milliseconds: .min)),
            UploadBookmark(
                key: "", address: "", source: SourceIdentity(device: 0, inode: 0, size: 0, modified: .max),
                chunkSize: 1, begunAt: WallTime(milliseconds: 0)),
        ])
    func extremes(_ kind: StoreKind, _ bookmark: UploadBookmark) throws {
        let fixture = try StoreFixture(kind)
        var record = try fixture.store.insert([.upload()], at: now)[0]
        record.upload = bookmark
        try fixture.store.commit(.with { $0.records = [record] })
        try fixture.reopen()
        #expect(try fixture.store.loadQueue().first?.upload == bookmark)
    }

    @Test("keep receipts beside chunks that have none", arguments: StoreKind.allCases)
    func receipts(_ kind: StoreKind) throws {
        let fixture = try StoreFixture(kind)
        let ids = try fixture.store.insert([.upload(), .sample()], at: now).map(\.id)
        let chunks = [
            ChunkBookmark(index: 0, bytes: 1, checksum: 0, receipt: Receipt(entityTag: "\"ü'\"")),
            ChunkBookmark(index: 1, bytes: 1, checksum: 0),
            ChunkBookmark(
                index: 2, bytes: .max, checksum: 0, receipt: Receipt(sha256: String(repeating: "f", count: 8000))),
            ChunkBookmark(
                index: 3, bytes: 1, checksum: .max,
                receipt: Receipt(sha256: "", entityTag: "", storedAt: WallTime(milliseconds: .max))),
        ]
        let ofDownload = [ChunkBookmark(index: 0, bytes: 9, checksum: 9)]
        try fixture.store.commit(
            .with {
                $0.chunks[ids[0]] = chunks
                $0.chunks[ids[1]] = ofDownload
            })
        try fixture.reopen()
        #expect(try fixture.store.loadChunks(of: ids[0]) == chunks)
        #expect(try fixture.store.loadChunks(of: ids[1]) == ofDownload)
    }

    @Test("have the receipt that was written last, or none", arguments: StoreKind.allCases)
    func receiptsReplaced(_ kind: StoreKind) throws {
        let fixture = try StoreFixture(kind)
        let id = try fixture.store.insert([.upload()], at: now)[0].id
        func chunk(_ index: Int, _ receipt: String?) -> ChunkBookmark {
            ChunkBookmark(
                index: index, bytes: 1, checksum: 0,
                receipt: receipt.map { Receipt(sha256: $0, entityTag: "\"\($0)\"") })
        }
        try fixture.store.commit(
            .with { $0.chunks[id] = [chunk(0, "a"), chunk(1, "b"), chunk(2, nil), chunk(3, "d"), chunk(4, "e")] })
        try fixture.store.commit(
            .with {
                $0.chunks[id] = [
                    chunk(0, "A"), chunk(1, nil), chunk(2, "C"), ChunkBookmark(index: 3, bytes: 0, checksum: 0),
                ]
            })
        try fixture.reopen()
        #expect(
            try fixture.store.loadChunks(of: id) == [chunk(0, "A"), chunk(1, nil), chunk(2, "C"), chunk(4, "e")])

        // A new upload of the same file starts without the receipts of the old one.
        try fixture.store.commit(
            .with {
                $0.forgottenChunks = [id]
                $0.chunks[id] = [chunk(4, nil)]
            })
        #expect(try fixture.store.loadChunks(of: id) == [chunk(4, nil)])
    }
}

@Suite("A damaged upload in the database file")
struct UploadDamageTests {
    private let store: SQLiteStore
    private let folder: TemporaryFolder
    private let id: TransferID

    init() throws {
        folder = try TemporaryFolder()
        store = try SQLiteStore(path: folder.path("carryon.db"))
        id = try store.insert([.upload()], at: WallTime(milliseconds: 0))[0].id
    }

    @Test(
        "is named, column and all",
        arguments: [
            ("uploadKey = NULL", "uploadKey"), ("sourceDevice = NULL", "sourceDevice"),
            ("sourceInode = NULL", "sourceInode"), ("sourceSize = NULL", "sourceSize"),
            ("sourceModified = NULL", "sourceModified"), ("uploadChunkSize = NULL", "uploadChunkSize"),
            ("sourceSize = -1", "sourceSize"), ("sourceSize = 70368744177665", "sourceSize"),
            ("uploadChunkSize = 0", "uploadChunkSize"), ("uploadChunkSize = 70368744177665", "uploadChunkSize"),
            ("sourceSize = 1073741824, uploadChunkSize = 1", "uploadChunkSize"),
            ("uploadChunkSize = -4096", "uploadChunkSize"), ("objectChecksum = 'MD5:00'", "objectChecksum"),
            ("abandonedUploads = '[1]'", "abandonedUploads"), ("abandonedUploads = ''", "abandonedUploads"),
        ])
    func senseless(change: String, column: String) throws {
        var record = try store.loadQueue()[0]
        record.fill()
        try store.commit(.with { $0.records = [record] })
        try tamper(with: store.path, "UPDATE transfers SET \(change)")
        expectDamage(in: column) { try store.loadQueue() }
    }

    @Test(
        "is named if there is a part of it without a key",
        arguments: [
            "uploadAddress = ''", "sourceDevice = 0", "sourceInode = 0", "sourceSize = 0", "sourceModified = 0",
            "uploadChunkSize = 4096", "uploadBegunAt = 0",
        ])
    func halfFilled(change: String) throws {
        #expect(try store.loadQueue().count == 1)
        try tamper(with: store.path, "UPDATE transfers SET \(change)")
        expectDamage(in: "uploadKey") { try store.loadQueue() }
    }

    @Test("may be a receipt")
    func receipt() throws {
        try store.commit(
            .with { $0.chunks[id] = [ChunkBookmark(index: 0, bytes: 1, checksum: 0, receipt: Receipt(sha256: "a"))] })
        // Without STRICT any type can stand in any column.
        try tamper(
            with: store.path,
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = replace(sql, ') STRICT,', ')') WHERE name = 'chunks';
            PRAGMA writable_schema = RESET;
            UPDATE chunks SET receipt = x'61';
            """)
        try store.close()
        let reopened = try SQLiteStore(path: store.path)
        expectDamage(in: "receipt") { try reopened.loadChunks(of: id) }
    }

    private func expectDamage(in column: String, _ body: () throws -> Any) {
        let error = #expect(throws: StoreError.self) { _ = try body() }
        #expect(error?.kind == .damaged)
        #expect(error?.description.contains("unknown value in column \(column))") == true)
    }
}
