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

    func forget(chunks: [Int], of upload: Int64) throws {
        try write { db in
            let delete = try db.cachedStatement(sql: "DELETE FROM chunks WHERE upload = ? AND idx = ?")
            for index in chunks { try delete.execute(arguments: [upload, index]) }
            let update = try db.cachedStatement(
                sql: """
                    UPDATE uploads SET nextExpectedChunk = MIN(nextExpectedChunk, ?),
                        receivedCount = (SELECT COUNT(*) FROM chunks WHERE upload = key)
                    WHERE key = ?
                    """)
            try update.execute(arguments: [chunks.min() ?? .max, upload])
        }
    }

    func begin(_ upload: Int64, as object: StoreUpload, at time: WallTime) throws {
        try write { db in
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE uploads SET status = 'in_progress', storeUpload = ?, hasStoreChecksums = ?,
                        activeAt = MAX(activeAt, ?)
                    WHERE key = ?
                    """)
            try statement.execute(arguments: [object.uploadID, object.hasChecksums, time.milliseconds, upload])
        }
    }

    func storeUploads(to location: S3Location) throws -> Set<String> {
        try pool.read { db in
            try String.fetchSet(
                db, sql: "SELECT storeUpload FROM uploads WHERE objectAddress = ? AND storeUpload IS NOT NULL",
                arguments: [location.text])
        }
    }
}
