import Foundation
import TestSupport
import Testing
import TransferCore

@testable import TransferStore

/// Databases of earlier versions, as dumps, must go on to work. A dump is never changed; each version adds its own.
@Suite("Migrations")
struct MigrationTests {
    private static let newest = "v3"

    @Test("bring a database of version 1 up to date with all that is in it")
    func version1() throws {
        let folder = try TemporaryFolder()
        let store = try open("v1", in: folder)
        var first = self.first
        first.upload = nil
        first.abandoned = []
        first.version?.checksum = nil
        #expect(try store.loadQueue() == [first, TransferRecord(id: TransferID(3), wish: .sample(3), createdAt: then)])
        #expect(
            try store.loadChunks(of: first.id) == [
                ChunkBookmark(index: 0, bytes: 4, checksum: .max), ChunkBookmark(index: 5, bytes: 3, checksum: 0),
            ])
        #expect(
            try store.loadAttempts(of: first.id) == [
                .sample(0, at: 11, .failure(TransferError(.stalled, "no byte for 30 s"))), .sample(0, at: 12),
            ])
        // Transfer 4 was removed before the dump was made.
        #expect(try store.insert([.sample()], at: WallTime(milliseconds: 0)).map(\.id) == [TransferID(5)])
    }

    @Test("let an upload begin, with receipts, in the rows of version 1")
    func rowsOfVersion1() throws {
        let folder = try TemporaryFolder()
        let store = try open("v1", in: folder)
        let chunk = ChunkBookmark(
            index: 5, bytes: 4, checksum: 0, receipt: Receipt(sha256: "5", entityTag: "\"5\"", storedAt: then))
        try store.commit(
            .with {
                $0.records = [first]
                $0.chunks[first.id] = [chunk]
            })
        try store.close()
        let reopened = try SQLiteStore(path: store.path)
        #expect(try reopened.loadQueue().first == first)
        #expect(
            try reopened.loadChunks(of: first.id) == [ChunkBookmark(index: 0, bytes: 4, checksum: .max), chunk])
    }

    @Test("bring a database of version 2 up to date with all that is in it")
    func version2() throws {
        let folder = try TemporaryFolder()
        let store = try open("v2", in: folder)
        var unregistered = TransferRecord(id: TransferID(5), wish: .upload(5), createdAt: then)
        unregistered.upload = UploadBookmark(
            key: "5f", source: SourceIdentity(device: 1, inode: 2, size: 0, modified: 3), chunkSize: 4096,
            begunAt: then)
        var first = self.first
        first.abandoned = []
        first.version?.checksum = nil
        // As far as anybody knows.
        first.upload?.begunAt = then
        #expect(
            try store.loadQueue() == [
                first, TransferRecord(id: TransferID(3), wish: .sample(3), createdAt: then), unregistered,
            ])
        #expect(
            try store.loadChunks(of: first.id) == [
                ChunkBookmark(index: 0, bytes: 4, checksum: .max),
                ChunkBookmark(index: 5, bytes: 3, checksum: 0, receipt: Receipt(sha256: "W/\"ü'\"")),
                ChunkBookmark(index: 6, bytes: 3, checksum: 0, receipt: Receipt(sha256: "")),
            ])
        #expect(try store.loadAttempts(of: first.id).count == 2)
        #expect(try store.insert([.sample()], at: WallTime(milliseconds: 0)).map(\.id) == [TransferID(6)])
    }

    @Test("bring a database of version 3 up to date with all that is in it")
    func version3() throws {
        let folder = try TemporaryFolder()
        let store = try open("v3", in: folder)
        #expect(
            try store.loadQueue() == [first, TransferRecord(id: TransferID(3), wish: .sample(3), createdAt: then)])
        #expect(
            try store.loadChunks(of: first.id) == [
                ChunkBookmark(index: 0, bytes: 4, checksum: .max),
                ChunkBookmark(
                    index: 5, bytes: 3, checksum: 0,
                    receipt: Receipt(sha256: "ab", entityTag: "W/\"ü'\"", storedAt: then)),
                ChunkBookmark(index: 6, bytes: 3, checksum: 0, receipt: Receipt(entityTag: "")),
            ])
        #expect(try store.loadAttempts(of: first.id).count == 2)
        #expect(try store.insert([.sample()], at: WallTime(milliseconds: 0)).map(\.id) == [TransferID(6)])
    }

    @Test("have one dump for each version")
    func complete() throws {
        let steps = SQLiteStore.migrator.migrations
        #expect(steps.last?.hasPrefix(Self.newest) == true)
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()).count == steps.count)
    }

    private let then = WallTime(milliseconds: 1_700_000_000_000)

    /// Transfer 1 of every dump, with all that the newest version knows of it.
    private var first: TransferRecord {
        var record = TransferRecord(id: TransferID(1), wish: .full, createdAt: then)
        record.fill()
        record.bytesDone = 7
        record.chunksDone = 1
        return record
    }

    /// Opens a restored dump, whose schema must then be that of a new database.
    private func open(_ version: String, in folder: TemporaryFolder) throws -> SQLiteStore {
        let dump = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(version).sql")
        let path = folder.path("old.db")
        try tamper(with: path, String(contentsOf: dump, encoding: .utf8))
        let store = try SQLiteStore(path: path)
        #expect(try store.schema() == SQLiteStore(path: folder.path("fresh.db")).schema())
        return store
    }
}
