import Foundation
import GRDB
import TransferCore
import WireProtocols

/// What is known of uploads whose bytes are in an object store.
extension SQLiteLedger {
    func receipt(_ index: Int, of upload: Int64) throws -> ChunkReceipt? {
        try pool.read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT idx, sha256, entityTag FROM chunks WHERE upload = ? AND idx = ?")
            return try Row.fetchOne(statement, arguments: [upload, index]).map(Self.receipt)
        }
    }

    func receipts(of upload: Int64) throws -> [ChunkReceipt] {
        try pool.read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT idx, sha256, entityTag FROM chunks WHERE upload = ? ORDER BY idx")
            return try Row.fetchAll(statement, arguments: [upload]).map(Self.receipt)
        }
    }

    private static func receipt(_ row: Row) throws -> ChunkReceipt {
        guard let digest = ChunkDigest(bytes: Array(row["sha256"] as Data)), let tag = row["entityTag"] as String?
        else {
            throw DamagedRow()
        }
        return ChunkReceipt(index: row["idx"], digest: digest, entityTag: tag)
    }

    func rename(_ chunk: ReceivedChunk, at time: WallTime) throws {
        try write { db in
            try db.cachedStatement(sql: "UPDATE chunks SET entityTag = ? WHERE upload = ? AND idx = ?")
                .execute(arguments: [chunk.entityTag, chunk.upload, chunk.index])
            try db.cachedStatement(sql: "UPDATE uploads SET activeAt = MAX(activeAt, ?) WHERE key = ?")
                .execute(arguments: [time.milliseconds, chunk.upload])
        }
    }

    func forget(_ receipts: [ChunkReceipt], of upload: Int64) throws {
        try write { db in
            let delete = try db.cachedStatement(
                sql: "DELETE FROM chunks WHERE upload = ? AND idx = ? AND entityTag = ?")
            var first = Int.max
            for receipt in receipts {
                try delete.execute(arguments: [upload, receipt.index, receipt.entityTag])
                if db.changesCount > 0 { first = min(first, receipt.index) }
            }
            let update = try db.cachedStatement(
                sql: """
                    UPDATE uploads SET nextExpectedChunk = MIN(nextExpectedChunk, ?),
                        receivedCount = (SELECT COUNT(*) FROM chunks WHERE upload = key)
                    WHERE key = ?
                    """)
            try update.execute(arguments: [first, upload])
        }
    }

    func attempt(_ upload: Int64, hasChecksums: Bool, at time: WallTime) throws {
        try write { db in
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE uploads SET attemptedAt = ?, hasStoreChecksums = ? WHERE key = ? AND status = 'creating'
                    """)
            try statement.execute(arguments: [time.milliseconds, hasChecksums, upload])
            try Self.checkChanged(db)
        }
    }

    func begin(_ upload: Int64, as object: StoreUpload, at time: WallTime) throws {
        try write { db in
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE uploads SET status = 'in_progress', storeUpload = ?, hasStoreChecksums = ?,
                        activeAt = MAX(activeAt, ?)
                    WHERE key = ? AND status = 'creating'
                    """)
            try statement.execute(arguments: [object.uploadID, object.hasChecksums, time.milliseconds, upload])
            try Self.checkChanged(db)
        }
    }

    private static func checkChanged(_ db: Database) throws {
        guard db.changesCount > 0 else { throw LedgerConflict(reason: "the upload has begun or ended already") }
    }

    func endpoint() throws -> String? {
        try pool.read { try String.fetchOne($0, sql: "SELECT endpoint FROM home") }
    }

    func setEndpoint(_ endpoint: String) throws {
        try write { db in
            try db.execute(
                sql:
                    "INSERT INTO home (id, endpoint) VALUES (1, ?) ON CONFLICT DO UPDATE SET endpoint = excluded.endpoint",
                arguments: [endpoint])
        }
    }

    func storeUploads(to location: S3Location) throws -> Set<String> {
        try pool.read { db in
            try String.fetchSet(
                db, sql: "SELECT storeUpload FROM uploads WHERE objectAddress = ? AND storeUpload IS NOT NULL",
                arguments: [location.text])
        }
    }

    func isContested(_ upload: UploadRecord) throws -> Bool {
        try pool.read { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM uploads
                        WHERE endedAt IS NULL AND status = 'creating' AND objectAddress = ? AND key <> ?)
                    """,
                arguments: [upload.object?.location.text, upload.key]) ?? false
        }
    }
}
