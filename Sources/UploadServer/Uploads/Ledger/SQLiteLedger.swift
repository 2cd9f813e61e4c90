import Foundation
import GRDB
import Glibc
import TransferCore

/// The ledger in one SQLite file. One connection writes; the others only read, and never wait for it.
///
/// More than one connection that writes would be a danger: SQLite before 3.51.3 can lose data then.
final class SQLiteLedger: UploadLedger {
    private let pool: DatabasePool

    /// Opens the database and brings it up to date, or creates it for its owner alone. Its folder must exist.
    init(path: String) throws {
        var configuration = Configuration()
        configuration.label = "carryon.ledger"
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            if !db.configuration.readonly { try db.execute(sql: "PRAGMA synchronous = FULL") }
        }
        try Self.createPrivately(path)
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            guard try !pool.read(LedgerSchema.migrator.hasBeenSuperseded) else {
                throw DataFolderError("a newer version of carryon wrote \(path): use that version, or another folder")
            }
            try LedgerSchema.migrator.migrate(pool)
        } catch let error as DatabaseError {
            throw DataFolderError("cannot open the database \(path): \(error.message ?? "SQLite error")")
        }
    }

    func close() throws { try pool.close() }

    func upload(_ id: UploadID) throws -> UploadRecord? {
        try pool.read { db in
            let statement = try db.cachedStatement(sql: UploadRow.select + " WHERE uploadId = ?")
            return try Row.fetchOne(statement, arguments: [id.description]).map(UploadRow.record)
        }
    }

    func registered(key: String, owner: Owner) throws -> (registration: Registration, upload: UploadRecord)? {
        try pool.read { db in
            let statement = try db.cachedStatement(
                sql: UploadRow.select + " WHERE owner = ? AND idempotencyKey = ?")
            guard let row = try Row.fetchOne(statement, arguments: [owner.name, key]) else { return nil }
            return (try UploadRow.registration(row), try UploadRow.record(row))
        }
    }

    func openUploads(of owner: Owner) throws -> Int {
        try pool.read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT COUNT(*) FROM uploads WHERE owner = ? AND endedAt IS NULL")
            return try Int.fetchOne(statement, arguments: [owner.name]) ?? 0
        }
    }

    func register(
        _ upload: UploadRecord, as registration: Registration, idempotencyKey: String?, at time: WallTime
    ) throws -> UploadRecord {
        try pool.write { db in
            try db.cachedStatement(sql: UploadRow.insert).execute(
                arguments: UploadRow.arguments(upload, registration, idempotencyKey, time))
            var upload = upload
            upload.key = db.lastInsertedRowID
            return upload
        }
    }

    func chunk(_ index: Int, of upload: Int64) throws -> ChunkDigest? {
        try pool.read { db in
            let statement = try db.cachedStatement(sql: "SELECT sha256 FROM chunks WHERE upload = ? AND idx = ?")
            guard let bytes = try Data.fetchOne(statement, arguments: [upload, index]) else { return nil }
            return ChunkDigest(bytes: Array(bytes))
        }
    }

    func received(_ upload: Int64) throws -> ChunkRanges {
        try pool.read { db in
            let first = try Int.fetchOne(
                db.cachedStatement(sql: "SELECT nextExpectedChunk FROM uploads WHERE key = ?"), arguments: [upload])
            var ranges = ChunkRanges(first: first ?? 0)
            let statement = try db.cachedStatement(
                sql: "SELECT idx FROM chunks WHERE upload = ? AND idx >= ? ORDER BY idx")
            let indices = try Int.fetchCursor(statement, arguments: [upload, first ?? 0])
            while let index = try indices.next() { ranges.append(index) }
            return ranges
        }
    }

    func record(_ chunks: [ReceivedChunk], at time: WallTime) throws -> [Int64: Int] {
        try pool.write { db in
            let insert = try db.cachedStatement(sql: "INSERT INTO chunks (upload, idx, sha256) VALUES (?, ?, ?)")
            for chunk in chunks {
                try insert.execute(arguments: [chunk.upload, chunk.index, Data(chunk.digest.bytes)])
            }
            return try Dictionary(grouping: chunks, by: \.upload).reduce(into: [:]) { result, group in
                result[group.key] = try Self.advance(db, group.key, by: group.value.count, at: time)
            }
        }
    }

    /// Brings the row of an upload in line with its chunks.
    private static func advance(_ db: Database, _ upload: Int64, by count: Int, at time: WallTime) throws -> Int {
        let row = try db.cachedStatement(sql: "SELECT nextExpectedChunk FROM uploads WHERE key = ?")
        var next = try Int.fetchOne(row, arguments: [upload]) ?? 0
        let statement = try db.cachedStatement(
            sql: "SELECT idx FROM chunks WHERE upload = ? AND idx >= ? ORDER BY idx")
        let indices = try Int.fetchCursor(statement, arguments: [upload, next])
        while try indices.next() == next { next += 1 }
        let update = try db.cachedStatement(
            sql: """
                UPDATE uploads SET nextExpectedChunk = ?, receivedCount = receivedCount + ?, activeAt = ?
                WHERE key = ?
                """)
        try update.execute(arguments: [next, count, time.milliseconds, upload])
        return next
    }
}

extension SQLiteLedger {
    func setStatus(_ status: UploadStage, of upload: Int64, at time: WallTime) throws {
        try pool.write { db in
            try db.cachedStatement(sql: "UPDATE uploads SET status = ?, activeAt = ? WHERE key = ?")
                .execute(arguments: [status.rawValue, time.milliseconds, upload])
        }
    }

    func complete(_ upload: Int64, sha256: ChunkDigest?, version: FileVersion?, at time: WallTime) throws {
        try pool.write { db in
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE uploads SET status = ?, sha256 = ?, fileSeconds = ?, fileNanoseconds = ?, endedAt = ?
                    WHERE key = ?
                    """)
            try statement.execute(arguments: [
                UploadStage.complete.rawValue, sha256.map { Data($0.bytes) }, version?.modifiedSeconds,
                version?.modifiedNanoseconds, time.milliseconds, upload,
            ])
        }
    }

    func end(_ upload: Int64, as status: UploadStage, at time: WallTime) throws {
        try pool.write { db in
            try db.cachedStatement(sql: "DELETE FROM uploads WHERE key = ? AND status = 'complete'")
                .execute(arguments: [upload])
            try db.cachedStatement(sql: "DELETE FROM chunks WHERE upload = ?").execute(arguments: [upload])
            // The key becomes free: who comes back after the end gets a new upload.
            let statement = try db.cachedStatement(
                sql: "UPDATE uploads SET status = ?, idempotencyKey = NULL, endedAt = ? WHERE key = ?")
            try statement.execute(arguments: [status.rawValue, time.milliseconds, upload])
        }
    }

    func restart(_ upload: Int64, with file: InodeIdentity) throws {
        try pool.write { db in
            try db.cachedStatement(sql: "DELETE FROM chunks WHERE upload = ?").execute(arguments: [upload])
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE uploads SET status = 'in_progress', nextExpectedChunk = 0, receivedCount = 0,
                        device = ?, inode = ?
                    WHERE key = ?
                    """)
            try statement.execute(arguments: [
                Int64(bitPattern: file.device), Int64(bitPattern: file.inode), upload,
            ])
        }
    }

    func digest(of name: FileName, owner: Owner, version: FileVersion) throws -> ChunkDigest? {
        try pool.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT sha256 FROM uploads
                    WHERE owner = ? AND name = ? AND status = 'complete' AND device = ? AND inode = ? AND size = ?
                        AND fileSeconds = ? AND fileNanoseconds = ? AND sha256 IS NOT NULL
                    """)
            let bytes = try Data.fetchOne(
                statement,
                arguments: [
                    owner.name, name.description, Int64(bitPattern: version.device),
                    Int64(bitPattern: version.inode), version.size, version.modifiedSeconds,
                    version.modifiedNanoseconds,
                ])
            return bytes.flatMap { ChunkDigest(bytes: Array($0)) }
        }
    }

    func unfinished(since time: WallTime?) throws -> [UploadRecord] {
        try pool.read { db in
            try Row.fetchAll(
                db, sql: UploadRow.select + " WHERE endedAt IS NULL AND activeAt <= ?",
                arguments: [time?.milliseconds ?? .max]
            ).map(UploadRow.record)
        }
    }

    func forget(before time: WallTime) throws {
        try pool.write { db in
            try db.execute(sql: "DELETE FROM uploads WHERE endedAt < ?", arguments: [time.milliseconds])
        }
    }

    /// Makes the file readable for its owner alone, whatever the umask; SQLite's own files beside it follow its mode.
    private static func createPrivately(_ path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw DataFolderError.system("open the database \(path)") }
        // Nothing of this process has the file open yet, so no lock goes with this descriptor.
        defer { Glibc.close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else { throw DataFolderError.system("make \(path) private") }
    }
}
