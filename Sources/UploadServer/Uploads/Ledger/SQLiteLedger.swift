import Foundation
import GRDB
import Glibc
import Logging
import TransferCore

/// The ledger in one SQLite file. One connection writes; the others only read, and never wait for it.
///
/// More than one connection that writes would be a danger: SQLite before 3.51.3 can lose data then.
final class SQLiteLedger: UploadLedger {
    let pool: DatabasePool
    private let logger: Logger

    /// Opens the database and brings it up to date, or creates it for its owner alone. Its folder must exist.
    init(path: String, logger: Logger) throws {
        self.logger = logger
        var configuration = Configuration()
        configuration.label = "carryon.ledger"
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = 4
        // Somebody may look into the database with a tool of SQLite's own.
        configuration.busyMode = .timeout(5)
        try Self.createPrivately(path)
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            // Not when the connection is prepared: GRDB sets NORMAL after that, which syncs nothing at a commit.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
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
        try write { db in
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

    func received(_ upload: Int64, limit: Int) throws -> ChunkRanges {
        try pool.read { db in
            let first = try Int.fetchOne(
                db.cachedStatement(sql: "SELECT nextExpectedChunk FROM uploads WHERE key = ?"), arguments: [upload])
            var ranges = ChunkRanges(first: first ?? 0)
            let statement = try db.cachedStatement(
                sql: "SELECT idx FROM chunks WHERE upload = ? AND idx >= ? ORDER BY idx")
            let indices = try Int.fetchCursor(statement, arguments: [upload, first ?? 0])
            while let index = try indices.next() {
                if ranges.ranges.count == limit, !ranges.endsBefore(index) { break }
                ranges.append(index)
            }
            return ranges
        }
    }

    func record(_ chunks: [ReceivedChunk], at time: WallTime) throws -> [Int64: Int] {
        try write { db in
            let insert = try db.cachedStatement(
                sql: "INSERT INTO chunks (upload, idx, sha256, entityTag) VALUES (?, ?, ?, ?)")
            for chunk in chunks {
                try insert.execute(
                    arguments: [chunk.upload, chunk.index, Data(chunk.digest.bytes), chunk.entityTag])
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
                UPDATE uploads SET nextExpectedChunk = ?, receivedCount = receivedCount + ?,
                    activeAt = MAX(activeAt, ?)
                WHERE key = ?
                """)
        try update.execute(arguments: [next, count, time.milliseconds, upload])
        return next
    }

    func digest(of name: FileName, owner: Owner, version: FileVersion) throws -> ChunkDigest? {
        try pool.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT sha256 FROM uploads
                    WHERE owner = ? AND name = ? AND status = 'complete' AND inode = ? AND size = ?
                        AND fileSeconds = ? AND fileNanoseconds = ? AND sha256 IS NOT NULL
                    """)
            let bytes = try Data.fetchOne(
                statement,
                arguments: [
                    owner.name, name.description, Int64(bitPattern: version.identity.inode), version.size,
                    version.modifiedSeconds, version.modifiedNanoseconds,
                ])
            return bytes.flatMap { ChunkDigest(bytes: Array($0)) }
        }
    }

    func unfinished(since time: WallTime?) throws -> [UploadRecord] {
        try pool.read { db in
            try Row.fetchAll(
                db, sql: UploadRow.select + " WHERE endedAt IS NULL AND activeAt <= ?",
                arguments: [time?.milliseconds ?? .max]
            ).compactMap { row in
                if let record = try? UploadRow.record(row) { return record }
                logger.error(
                    "a row of the ledger makes no sense: it is left alone", metadata: ["key": "\(row["key"] as Int64)"])
                return nil
            }
        }
    }

    func unfinishedIDs() throws -> Set<String> {
        try pool.read { try String.fetchSet($0, sql: "SELECT uploadId FROM uploads WHERE endedAt IS NULL") }
    }

    /// Makes the file readable for its owner alone, whatever the umask; SQLite's own files beside it follow its mode.
    private static func createPrivately(_ path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw DataFolderError.system("open the database \(path)") }
        // Nothing of this process has the file open yet, so no lock goes with this descriptor.
        defer { Glibc.close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else { throw DataFolderError.system("make \(path) private") }
    }

    /// Carries out one transaction.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try pool.write(body)
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_FULL: throw StorageError.noRoom
            case .SQLITE_CONSTRAINT: throw LedgerConflict(reason: error.message ?? "a constraint")
            default: throw error
            }
        }
    }
}
