/// What is shown of one chunk when it is looked at closely.
public struct WatchedChunk: Sendable, Equatable {
    public var index: Int
    /// Its bytes in the file.
    public var range: ByteRange
    /// How many of them are safe.
    public var safeBytes: Int64
    /// Of a download: CRC-32C of the bytes that are bookmarked; `nil` while none are.
    public var checksum: UInt32?
    /// Of an upload: what proves that the remote has the chunk.
    public var receipt: Receipt?
    /// The kept tries, oldest first: those that failed, and those that worked out after one that had failed.
    public var attempts: [Attempt] = []
    /// When it is tried again, if it waits.
    public var nextTry: Instant?
    /// Failures in a row, and after how many the transfer gives up.
    public var failures = 0
    public var triesAllowed: Int
    /// The head of the last answer that was trouble, if that is not too long ago.
    public var head: AnswerHead?

    public init(index: Int, range: ByteRange, safeBytes: Int64, triesAllowed: Int) {
        self.index = index
        self.range = range
        self.safeBytes = safeBytes
        self.triesAllowed = triesAllowed
    }
}

/// When a chunk that waits is tried again, and how often it has failed in a row.
struct ChunkWait: Sendable, Equatable {
    var notBefore: Instant
    var failures: Int
}
