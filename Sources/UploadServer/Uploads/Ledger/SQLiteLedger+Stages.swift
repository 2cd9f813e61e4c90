import Foundation
import GRDB
import TransferCore

/// The way of an upload from one stage to the next.
extension SQLiteLedger {
    func beginAssembly(of upload: Int64, expecting sha256: ChunkDigest?, at time: WallTime) throws {
        try write { db in
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE uploads SET status = 'assembling', sha256 = ?, activeAt = MAX(activeAt, ?) WHERE key = ?
                    """)
            try statement.execute(arguments: [sha256.map { Data($0.bytes) }, time.milliseconds, upload])
        }
    }

    func abandonAssembly(of upload: Int64, at time: WallTime) throws {
        try write { db in
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE uploads SET status = 'in_progress', sha256 = wantedSha256, activeAt = MAX(activeAt, ?)
                    WHERE key = ?
                    """)
            try statement.execute(arguments: [time.milliseconds, upload])
        }
    }

    func complete(_ upload: Int64, sha256: ChunkDigest?, version: FileVersion?, at time: WallTime) throws {
        try write { db in
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
        try write { db in
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
        try write { db in
            try db.cachedStatement(sql: "DELETE FROM chunks WHERE upload = ?").execute(arguments: [upload])
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE uploads SET status = 'in_progress', sha256 = wantedSha256, nextExpectedChunk = 0,
                        receivedCount = 0, inode = ?, birthTime = ?
                    WHERE key = ?
                    """)
            try statement.execute(arguments: [Int64(bitPattern: file.inode), file.birthTime, upload])
        }
    }

    func forget(before time: WallTime) throws {
        try write { db in
            try db.execute(sql: "DELETE FROM uploads WHERE endedAt < ?", arguments: [time.milliseconds])
        }
    }
}
