/// What happens to the machines.
public enum Event: Sendable {
    case command(EngineCommand)
    case added([TransferRecord])
    case bookmarkLoaded(TransferID, [ChunkBookmark])
    case detailLoaded(TransferID, [ChunkBookmark], [Attempt])
    /// What the store has of a chunk.
    case chunkLoaded(TransferID, Int, ChunkBookmark?)
    /// The head of an answer was accepted and a body may follow.
    case accepted(RequestID, AcceptedHead)
    /// A request is over and all of its bytes that count are written.
    case requestEnded(RequestID, RequestReport)
    case fileOpened(TransferID, Result<FileOpening, TransferError>)
    case fileClosed(TransferID)
    /// Chunk rows became durable.
    case bookmarked(TransferID, [ChunkBookmark])
    /// Writing or syncing failed; what is not bookmarked is lost.
    case fileFailed(TransferID, TransferError)
    /// The digest of the finished file is in `sha256` where one was computed.
    case finished(TransferID, Result<FinishedFile, TransferError>)
    case verified(TransferID, Result<VerifyReport, TransferError>)
    /// The file of an upload was opened.
    case sourceOpened(TransferID, Result<SourceIdentity, TransferError>)
    /// What ``Effect/saveFirst(_:)`` asked for is durable.
    case saved(TransferID)
    case notSaved(TransferID, TransferError)
    /// A request of an upload is over.
    case answered(RequestID, UploadReport)
    /// How far running requests are: absolute offsets of the next byte.
    case progress([RequestID: Int64])
    /// Stop everything; bookmarks are committed and files closed.
    case shutdown
    /// A deadline has passed.
    case timer
}

/// An answer that will be written.
public struct AcceptedHead: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case partial(ByteRange)
        case whole
        case empty
    }

    public var kind: Kind
    public var facts: RemoteFacts
    /// The address that answered.
    public var address: String

    public init(kind: Kind, facts: RemoteFacts, address: String) {
        self.kind = kind
        self.facts = facts
        self.address = address
    }
}

/// How a request ended.
public struct RequestReport: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        /// The answer arrived to its end, or to the end that the request was shortened to.
        case completed
        case cancelled
        case failed(TransferError, retryAfter: Duration?, RemoteFacts?)
    }

    public var outcome: Outcome
    /// The offset behind the last byte that counts; where the next request goes on.
    public var receivedEnd: Int64
    public var timeToFirstByte: Duration?
    public var status: Int?
    /// Of an answer that was trouble.
    public var head: AnswerHead?

    public init(outcome: Outcome, receivedEnd: Int64, timeToFirstByte: Duration? = nil, status: Int? = nil) {
        self.outcome = outcome
        self.receivedEnd = receivedEnd
        self.timeToFirstByte = timeToFirstByte
        self.status = status
    }
}

/// A file under its final name.
public struct FinishedFile: Sendable, Equatable {
    public var sha256: String?
    public var finishedAt: WallTime

    public init(sha256: String?, finishedAt: WallTime) {
        self.sha256 = sha256
        self.finishedAt = finishedAt
    }
}

/// The two clocks at one moment.
public struct Moment: Sendable, Hashable {
    public var now: Instant
    public var wall: WallTime

    public init(now: Instant, wall: WallTime) {
        self.now = now
        self.wall = wall
    }
}
