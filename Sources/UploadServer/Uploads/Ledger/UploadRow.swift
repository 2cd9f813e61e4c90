import Foundation
import GRDB
import TransferCore
import WireProtocols

/// The columns of table `uploads`, from and to values.
enum UploadRow {
    static let select = """
        SELECT key, uploadId, owner, name, size, chunkSize, sha256, status, inode, birthTime, nextExpectedChunk,
            receivedCount, activeAt, wantedChunkSize, wantedSha256, objectAddress, storeUpload, hasStoreChecksums,
            attemptedAt
        FROM uploads
        """

    static let insert = """
        INSERT INTO uploads (uploadId, owner, name, size, chunkSize, sha256, status, inode, birthTime, idempotencyKey,
            wantedChunkSize, wantedSha256, createdAt, activeAt, objectAddress, storeUpload, hasStoreChecksums,
            attemptedAt)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static func arguments(
        _ upload: UploadRecord, _ registration: Registration, _ idempotencyKey: String?, _ time: WallTime
    ) -> StatementArguments {
        [
            upload.id.description, upload.owner.name, upload.name.description, upload.plan.size,
            upload.plan.chunkSize, blob(upload.sha256), upload.status.rawValue,
            Int64(bitPattern: upload.file.inode), upload.file.birthTime, idempotencyKey,
            registration.chunkSize, blob(registration.sha256), time.milliseconds, upload.activeAt.milliseconds,
            upload.object?.location.text, upload.object?.uploadID, upload.object?.hasChecksums ?? false,
            upload.object?.attemptedAt?.milliseconds,
        ]
    }

    static func record(_ row: Row) throws -> UploadRecord {
        guard let id = UploadID(row["uploadId"] as String), let name = FileName(row["name"]),
            let status = UploadStage(rawValue: row["status"]), (0...ChunkPlan.maximumSize).contains(row["size"])
        else { throw DamagedRow() }
        let object = try object(row)
        // The parts of an object may be larger than any chunk that is kept here.
        let plan =
            object == nil
            ? ChunkPlan(size: row["size"], chunkSize: row["chunkSize"])
            : ChunkPlan(size: row["size"], exactChunkSize: max(1, row["chunkSize"]))
        return UploadRecord(
            key: row["key"], id: id, owner: Owner(name: row["owner"]), name: name, plan: plan,
            sha256: digest(row["sha256"]), status: status,
            file: InodeIdentity(inode: UInt64(bitPattern: row["inode"]), birthTime: row["birthTime"]),
            nextExpectedChunk: row["nextExpectedChunk"], receivedCount: row["receivedCount"],
            activeAt: WallTime(milliseconds: row["activeAt"]), object: object)
    }

    private static func object(_ row: Row) throws -> StoreUpload? {
        guard let address = row["objectAddress"] as String? else { return nil }
        let uploadID = row["storeUpload"] as String?
        guard let location = try? S3Location(address), uploadID != "" else { throw DamagedRow() }
        return StoreUpload(
            location: location, uploadID: uploadID, hasChecksums: row["hasStoreChecksums"],
            attemptedAt: (row["attemptedAt"] as Int64?).map { WallTime(milliseconds: $0) })
    }

    static func registration(_ row: Row) throws -> Registration {
        guard let name = FileName(row["name"]) else { throw DamagedRow() }
        return Registration(
            name: name, size: row["size"], chunkSize: row["wantedChunkSize"], sha256: digest(row["wantedSha256"]))
    }

    private static func blob(_ digest: ChunkDigest?) -> Data? { digest.map { Data($0.bytes) } }

    private static func digest(_ data: Data?) -> ChunkDigest? { data.flatMap { ChunkDigest(bytes: Array($0)) } }
}

/// A row that this program cannot have written.
struct DamagedRow: Error {}
