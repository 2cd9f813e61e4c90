import GRDB
import TransferCore

/// Carries out a batch inside the transaction of its caller, in the order that ``StoreBatch`` promises.
struct BatchWriter {
    let db: Database

    func write(_ batch: StoreBatch) throws {
        for id in batch.removed {
            // Chunks and attempts go with it, by their foreign keys.
            try db.cachedStatement(sql: "DELETE FROM transfers WHERE id = ?").execute(arguments: [id.rawValue])
        }
        for id in batch.forgottenChunks {
            try ChunkRows.deleteAll(db, of: id)
            try write(StoredProgress(bytesDone: 0, chunksDone: 0), of: id)
        }
        var options = OptionsCoder()
        for record in batch.records {
            let statement = try db.cachedStatement(sql: TransferColumn.updateRecord)
            statement.setUncheckedArguments(try record.arguments(TransferColumn.record, &options))
            try statement.execute()
        }
        for (id, chunks) in batch.chunks where try exists(id) {
            try ChunkRows.write(db, chunks, of: id)
        }
        for (id, progress) in batch.progress {
            try write(progress, of: id)
        }
        for (id, attempts) in batch.attempts where try exists(id) {
            try AttemptRows.add(db, attempts, to: id)
        }
    }

    private func write(_ progress: StoredProgress, of id: TransferID) throws {
        try db.cachedStatement(sql: "UPDATE transfers SET bytesDone = ?, chunksDone = ? WHERE id = ?")
            .execute(arguments: [progress.bytesDone, progress.chunksDone, id.rawValue])
    }

    /// Whether the transfer is still there: one that was removed meanwhile is passed over.
    private func exists(_ id: TransferID) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT 1 FROM transfers WHERE id = ?")
        return try Int.fetchOne(statement, arguments: [id.rawValue]) != nil
    }
}
