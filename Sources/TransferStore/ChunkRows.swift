import GRDB
import TransferCore

/// The table `chunks`. Its writes are the hottest of all: hundreds of rows in a commit, dozens of commits in a second.
enum ChunkRows {
    private static let select = "SELECT idx, bytes, checksum FROM chunks WHERE transferId = ? ORDER BY idx"
    private static let upsert = """
        INSERT INTO chunks (transferId, idx, bytes, checksum) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET bytes = excluded.bytes, checksum = excluded.checksum
        """
    private static let delete = "DELETE FROM chunks WHERE transferId = ? AND idx = ?"
    private static let deleteAll = "DELETE FROM chunks WHERE transferId = ?"

    static func load(_ db: Database, of id: TransferID) throws -> [ChunkBookmark] {
        var chunks: [ChunkBookmark] = []
        let rows = try Row.fetchCursor(db.cachedStatement(sql: select), arguments: [id.rawValue])
        while let next = try rows.next() {
            let row = StoredRow(next, of: "chunks")
            guard let checksum = UInt32(exactly: try row.integer(2)) else { throw row.damage(2) }
            chunks.append(ChunkBookmark(index: Int(try row.count(0)), bytes: try row.count(1), checksum: checksum))
        }
        return chunks
    }

    /// Writes over the rows of the same index; drops those of 0 bytes.
    static func write(_ db: Database, _ chunks: [ChunkBookmark], of id: TransferID) throws {
        let upsert = try db.cachedStatement(sql: upsert)
        for chunk in chunks {
            if chunk.bytes == 0 {
                try db.cachedStatement(sql: delete).execute(arguments: [id.rawValue, chunk.index])
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
