/// An immutable picture of one transfer.
public struct TransferSnapshot: Sendable, Identifiable, Equatable {
    public var id: TransferID
    public var direction: Direction
    /// Where the bytes come from: a URL for a download.
    public var source: SafeText
    /// Where they go: a path for a download; a folder until the name is known.
    public var destination: SafeText
    /// The last component of the destination, or the best guess so far.
    public var name: SafeText
    public var state: TransferState
    /// When a waiting transfer goes on.
    public var waitingUntil: Instant?
    /// `nil` while the size is unknown.
    public var bytesTotal: Int64?
    /// Bytes that are safe: written, checked, bookmarked.
    public var bytesDone: Int64
    /// Bytes of an upload that were handed to connections and are not acknowledged: they may get lost, and are not part
    /// of ``bytesDone``.
    public var bytesInFlight: Int64
    /// 0 while the size is unknown.
    public var chunksTotal: Int
    public var chunksDone: Int
    /// Failed tries over the whole transfer.
    public var retries: Int
    /// Requests that move bytes now.
    public var connections: Int
    /// Safe bytes per second, smoothed; 0 when nothing moves.
    public var bytesPerSecond: Double
    /// Bytes per second of an upload that are handed to connections, smoothed; 0 when nothing moves.
    public var bytesSentPerSecond: Double
    /// `nil` while it cannot be told.
    public var timeLeft: Duration?
    public var error: TransferError?
    /// The last thing worth telling: how it resumed, why it started over.
    public var explanation: SafeText?
    /// Whether what is there survives a restart; `nil` until the server has answered.
    public var isResumable: Bool?
    public var createdAt: WallTime
    public var finishedAt: WallTime?
    /// The SHA-256 of the finished file in lowercase hex, where it was computed.
    public var sha256: String?
    /// The chunks in order; empty while they are unknown or not loaded (then ``bytesDone`` tells the share).
    public var chunks: [ChunkStatus]

    public init(
        id: TransferID, direction: Direction, source: SafeText, destination: SafeText, name: SafeText,
        state: TransferState, createdAt: WallTime
    ) {
        self.id = id
        self.direction = direction
        self.source = source
        self.destination = destination
        self.name = name
        self.state = state
        self.createdAt = createdAt
        bytesDone = 0
        bytesInFlight = 0
        chunksTotal = 0
        chunksDone = 0
        retries = 0
        connections = 0
        bytesPerSecond = 0
        bytesSentPerSecond = 0
        chunks = []
    }
}

/// What is shown of one transfer when it is looked at closely.
public struct TransferDetail: Sendable, Equatable {
    public var id: TransferID
    /// In bytes; `nil` while the size is unknown.
    public var chunkSize: Int64?
    /// What tells this version of the remote file from another, as it came.
    public var validator: SafeText?
    /// The address that answered, if it is not the source.
    public var finalAddress: SafeText?
    /// Where the bytes are until the file is complete.
    public var partPath: SafeText?
    /// The digest that the whole file will be compared with, as `sha-256: HEX`.
    public var expectedDigest: SafeText?
    public var inFlight: [RequestSnapshot]
    /// The last tries at troubled chunks, oldest first.
    public var attempts: [Attempt]
    /// How fast the bytes of each chunk came or went, in bytes per second.
    public var speeds = ChunkMeasures()
    /// How long the answer to the request of each chunk took to begin, in microseconds.
    public var latencies = ChunkMeasures()
    /// Bytes per second, one value a second, newest last, at most 120: of a download those that became safe, of an
    /// upload those that were handed to connections.
    public var throughput: [Double] = []
    /// The chunk that ``EngineCommand/inspect(_:chunk:)`` named.
    public var chunk: WatchedChunk?

    public init(id: TransferID) {
        self.id = id
        inFlight = []
        attempts = []
    }
}

/// One request that is under way.
public struct RequestSnapshot: Sendable, Equatable {
    /// The chunk that is being filled.
    public var chunk: Int
    /// What is still to come.
    public var range: ByteRange
    /// The bytes that have arrived of the current chunk, from its start.
    public var chunkBytes: Int64
    public var bytesPerSecond: Double
    public var timeToFirstByte: Duration?
    public var status: Int?

    public init(
        chunk: Int, range: ByteRange, chunkBytes: Int64, bytesPerSecond: Double, timeToFirstByte: Duration?,
        status: Int?
    ) {
        self.chunk = chunk
        self.range = range
        self.chunkBytes = chunkBytes
        self.bytesPerSecond = bytesPerSecond
        self.timeToFirstByte = timeToFirstByte
        self.status = status
    }
}
