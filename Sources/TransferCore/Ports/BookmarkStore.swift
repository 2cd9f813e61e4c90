/// The queue and its bookmarks, durable. Calls block; one thread makes them.
public protocol BookmarkStore: Sendable {
    /// Every transfer in queue order.
    func loadQueue() throws -> [TransferRecord]

    /// The safe chunks of one transfer in order, done ones and begun ones.
    func loadChunks(of id: TransferID) throws -> [ChunkBookmark]

    /// One of the safe chunks of a transfer; `nil` if nothing of it is safe.
    func loadChunk(_ index: Int, of id: TransferID) throws -> ChunkBookmark?

    /// The kept attempts of one transfer, oldest first.
    func loadAttempts(of id: TransferID) throws -> [Attempt]

    /// Appends transfers to the queue and gives them their ids.
    func insert(_ wishes: [NewTransfer], at time: WallTime) throws -> [TransferRecord]

    /// Carries out a batch in one durable transaction: all of it or none of it.
    func commit(_ batch: StoreBatch) throws
}

/// Changes that become durable together; applied in the order of the properties.
public struct StoreBatch: Sendable, Equatable {
    /// Transfers to be deleted with all that belongs to them.
    public var removed: [TransferID] = []
    /// Transfers whose chunk rows are dropped and whose counters go to 0.
    public var forgottenChunks: [TransferID] = []
    /// Transfers whose row is replaced, all but its counters. Unknown ids are ignored: they were removed meanwhile.
    public var records: [TransferRecord] = []
    /// Chunk rows to be written over those of the same index; a row of 0 bytes is dropped.
    public var chunks: [TransferID: [ChunkBookmark]] = [:]
    /// The counters that go with ``chunks``.
    public var progress: [TransferID: StoredProgress] = [:]
    /// Attempts to be added.
    public var attempts: [TransferID: [Attempt]] = [:]

    public init() {}

    public var isEmpty: Bool {
        removed.isEmpty && forgottenChunks.isEmpty && chunks.isEmpty && progress.isEmpty && records.isEmpty
            && attempts.isEmpty
    }
}

/// How far a transfer is, as its row tells without looking at the chunks.
public struct StoredProgress: Sendable, Hashable {
    public var bytesDone: Int64
    public var chunksDone: Int

    public init(bytesDone: Int64, chunksDone: Int) {
        self.bytesDone = bytesDone
        self.chunksDone = chunksDone
    }
}
