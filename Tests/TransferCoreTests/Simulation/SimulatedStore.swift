import TransferCore

/// The database, as far as committed rows go.
struct SimulatedStore {
    private(set) var records: [TransferID: TransferRecord] = [:]
    private(set) var chunks: [TransferID: [Int: ChunkBookmark]] = [:]
    private var progress: [TransferID: StoredProgress] = [:]

    /// The queue, with its counters.
    func load() -> [TransferRecord] {
        records.values.sorted { $0.id < $1.id }.map { record in
            var record = record
            record.bytesDone = progress[record.id]?.bytesDone ?? 0
            record.chunksDone = progress[record.id]?.chunksDone ?? 0
            return record
        }
    }

    func loadChunks(of id: TransferID) -> [ChunkBookmark] {
        chunks[id, default: [:]].values.sorted { $0.index < $1.index }
    }

    mutating func insert(_ wishes: [NewTransfer], at time: WallTime) -> [TransferRecord] {
        wishes.map { wish in
            let id = TransferID(Int64(records.count + 1))
            let record = TransferRecord(id: id, wish: wish, createdAt: time)
            records[id] = record
            return record
        }
    }

    mutating func commit(_ batch: StoreBatch) {
        for id in batch.removed {
            records[id] = nil
            forget(id)
        }
        for id in batch.forgottenChunks { forget(id) }
        for record in batch.records where records[record.id] != nil { records[record.id] = record }
        for (id, rows) in batch.chunks where records[id] != nil {
            for row in rows { chunks[id, default: [:]][row.index] = row.bytes > 0 ? row : nil }
        }
        progress.merge(batch.progress) { $1 }
    }

    private mutating func forget(_ id: TransferID) {
        chunks[id] = nil
        progress[id] = nil
    }
}
