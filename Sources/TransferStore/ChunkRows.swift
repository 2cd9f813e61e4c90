import GRDB
import TransferCore

/// The table `chunks`. Its writes are the hottest of all: hundreds of rows in a commit, dozens of commits in a second.
enum ChunkRows {
    private static let select = """
        SELECT idx, bytes, checksum, receipt, entityTag, storedAt FROM chunks WHERE transferId = ? ORDER BY idx
        """
    private static let selectOne = """
        SELECT idx, bytes, checksum, receipt, entityTag, storedAt FROM chunks WHERE transferId = ? AND idx = ?
        """
    // Fewer columns to bind for downloads, which have no receipts.
    private static let upsert = """
        INSERT INTO chunks (transferId, idx, bytes, checksum) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET bytes = excluded.bytes, checksum = excluded.checksum, receipt = NULL,
            entityTag = NULL, storedAt = NULL
        """
    private static let upsertWithReceipt = """
        INSERT INTO chunks (transferId, idx, bytes, checksum, receipt, entityTag, storedAt) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET bytes = excluded.bytes, checksum = excluded.checksum, receipt = excluded.receipt,
            entityTag = excluded.entityTag, storedAt = excluded.storedAt
        """
    private static let delete = "DELETE FROM chunks WHERE transferId = ? AND idx = ?"
    private static let deleteAll = "DELETE FROM chunks WHERE transferId = ?"

    static func load(_ db: Database, of id: TransferID) throws -> [ChunkBookmark] {
        var chunks: [ChunkBookmark] = []
        let rows = try Row.fetchCursor(db.cachedStatement(sql: select), arguments: [id.rawValue])
        while let next = try rows.next() { chunks.append(try bookmark(StoredRow(next, of: "chunks"))) }
        return chunks
    }

    /// The row of one chunk.
    static func load(_ db: Database, _ index: Int, of id: TransferID) throws -> ChunkBookmark? {
        let statement = try db.cachedStatement(sql: selectOne)
        return try Row.fetchOne(statement, arguments: [id.rawValue, index])
            .map { try bookmark(StoredRow($0, of: "chunks")) }
    }

    private static func bookmark(_ row: StoredRow) throws -> ChunkBookmark {
        guard let checksum = UInt32(exactly: try row.integer(2)) else { throw row.damage(2) }
        return ChunkBookmark(
            index: Int(try row.count(0)), bytes: try row.count(1), checksum: checksum, receipt: try receipt(row))
    }

    private static func receipt(_ row: StoredRow) throws -> Receipt? {
        let receipt = Receipt(
            sha256: try row.optionalText(3), entityTag: try row.optionalText(4),
            storedAt: try row.optionalInteger(5).map(WallTime.init(milliseconds:)))
        return receipt == Receipt() ? nil : receipt
    }

    /// Writes over the rows of the same index; drops those of 0 bytes.
    static func write(_ db: Database, _ chunks: [ChunkBookmark], of id: TransferID) throws {
        let upsert = try db.cachedStatement(sql: upsert)
        let upsertWithReceipt = try db.cachedStatement(sql: upsertWithReceipt)
        for chunk in chunks {
            if chunk.bytes == 0 {
                try db.cachedStatement(sql: delete).execute(arguments: [id.rawValue, chunk.index])
            } else if let receipt = chunk.receipt {
                upsertWithReceipt.setUncheckedArguments([
                    id.rawValue, chunk.index, chunk.bytes, Int64(chunk.checksum), receipt.sha256, receipt.entityTag,
                    receipt.storedAt?.milliseconds,
                ])
                try upsertWithReceipt.execute()
            } else {
                upsert.setUncheckedArguments([id.rawValue, chunk.index, chunk.bytes, Int64(chunk.checksum)])
                try upsert.execute()
            }
        }
    }

    static func deleteAll(_ db: Database, of id: TransferID) throws {
        try db.cachedStatement(sql: deleteAll).execute(arguments: [id.rawValue])
    }
}
