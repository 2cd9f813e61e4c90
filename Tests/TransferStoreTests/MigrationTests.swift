import Foundation
import GRDB
import TestSupport
import Testing
import TransferCore

@testable import TransferStore

/// Databases of earlier versions, as dumps, must go on to work. A dump is never changed; each version adds its own.
@Suite("Migrations")
struct MigrationTests {
    private static let newest = "v1"

    @Test("bring a database of version 1 up to date with all that is in it")
    func version1() throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: try restore("v1", in: folder))
        #expect(try store.schema() == SQLiteStore(path: folder.path("fresh.db")).schema())

        let records = try store.loadQueue()
        try #require(records.map(\.id) == [TransferID(1), TransferID(3)])
        var first = TransferRecord(
            id: TransferID(1), wish: .full, createdAt: WallTime(milliseconds: 1_700_000_000_000))
        first.fill()
        first.bytesDone = 7
        first.chunksDone = 1
        #expect(records[0] == first)
        #expect(
            records[1]
                == TransferRecord(
                    id: TransferID(3), wish: .sample(3), createdAt: WallTime(milliseconds: 1_700_000_000_000)))
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

    @Test("have one dump for each version")
    func complete() throws {
        let steps = SQLiteStore.migrator.migrations
        #expect(steps.last?.hasPrefix(Self.newest) == true)
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()).count == steps.count)
    }

    private func restore(_ version: String, in folder: TemporaryFolder) throws -> String {
        let dump = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(version).sql")
        let path = folder.path("old.db")
        let queue = try DatabaseQueue(path: path)
        let sql = try String(contentsOf: dump, encoding: .utf8)
        try queue.writeWithoutTransaction { db in try db.execute(sql: sql) }
        try queue.close()
        return path
    }
}
