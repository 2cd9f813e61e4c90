import Synchronization
import TransferCore

/// A store without a file, for tests of what stands on it. It keeps to the same rules as the real one.
public final class MemoryStore: BookmarkStore {
    fileprivate struct State: Sendable {
        var lastID: Int64 = 0
        var records: [TransferID: TransferRecord] = [:]
        var chunks: [TransferID: [Int: ChunkBookmark]] = [:]
        var attempts: [TransferID: [Attempt]] = [:]
    }

    private let state: Mutex<State>
    private let failure = Mutex<(any Error)?>(nil)

    public init() { state = Mutex(State()) }

    private init(_ state: State) { self.state = Mutex(state) }

    /// Lets the next ``commit(_:)`` throw `error` and change nothing.
    public func failNextCommit(_ error: any Error) {
        failure.withLock { $0 = error }
    }

    /// What a restart would find: an equal store that no longer has to do with this one.
    public func crashCopy() -> MemoryStore { MemoryStore(state.withLock { $0 }) }

    public func loadQueue() throws -> [TransferRecord] {
        state.withLock { $0.records.values.sorted { $0.id < $1.id } }
    }

    public func loadChunks(of id: TransferID) throws -> [ChunkBookmark] {
        state.withLock { $0.chunks[id, default: [:]].values.sorted { $0.index < $1.index } }
    }

    public func loadChunk(_ index: Int, of id: TransferID) throws -> ChunkBookmark? {
        state.withLock { $0.chunks[id]?[index] }
    }

    public func loadAttempts(of id: TransferID) throws -> [Attempt] {
        state.withLock { $0.attempts[id, default: []] }
    }

    public func insert(_ wishes: [NewTransfer], at time: WallTime) throws -> [TransferRecord] {
        state.withLock { state in
            wishes.map { wish in
                state.lastID += 1
                let record = TransferRecord(id: TransferID(state.lastID), wish: wish, createdAt: time)
                state.records[record.id] = record
                return record
            }
        }
    }

    public func commit(_ batch: StoreBatch) throws {
        let error = failure.withLock { failure in
            defer { failure = nil }
            return failure
        }
        if let error { throw error }
        state.withLock { $0.apply(batch) }
    }
}

extension MemoryStore.State {
    fileprivate mutating func apply(_ batch: StoreBatch) {
        for id in batch.removed {
            records[id] = nil
            chunks[id] = nil
            attempts[id] = nil
        }
        for id in batch.forgottenChunks {
            chunks[id] = nil
            records[id]?.bytesDone = 0
            records[id]?.chunksDone = 0
        }
        for var record in batch.records {
            guard let old = records[record.id] else { continue }
            record.bytesDone = old.bytesDone
            record.chunksDone = old.chunksDone
            records[record.id] = record
        }
        for (id, bookmarks) in batch.chunks where records[id] != nil {
            for bookmark in bookmarks {
                chunks[id, default: [:]][bookmark.index] = bookmark.bytes == 0 ? nil : bookmark
            }
        }
        for (id, progress) in batch.progress {
            records[id]?.bytesDone = progress.bytesDone
            records[id]?.chunksDone = progress.chunksDone
        }
        for (id, added) in batch.attempts where records[id] != nil {
            attempts[id] = Self.newest(attempts[id, default: []] + added)
        }
    }

    /// The newest 20 of each chunk and 500 in all, oldest first.
    private static func newest(_ attempts: [Attempt]) -> [Attempt] {
        var ofChunk: [Int: Int] = [:]
        var kept: [Attempt] = []
        for attempt in attempts.reversed() where kept.count < 500 {
            ofChunk[attempt.chunk, default: 0] += 1
            if ofChunk[attempt.chunk, default: 0] <= 20 { kept.append(attempt) }
        }
        return kept.reversed()
    }
}
