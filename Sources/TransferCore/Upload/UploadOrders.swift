/// One request of an upload.
public struct UploadOrder: Sendable, Equatable {
    public enum Task: Sendable, Equatable {
        /// Announce the file; the server answers with the address of the upload.
        case register(UploadRegistration)
        /// Ask what the server has.
        case status
        /// Send one chunk.
        case chunk(Int, ByteRange)
        /// Have the server put the file in its place.
        case complete(sha256: String?)
        /// Have the server forget the upload.
        case abort
    }

    public var id: RequestID
    public var transfer: TransferID
    public var task: Task
    /// The address of the upload; for ``Task/register(_:)`` the destination that the user gave.
    public var address: String
    /// The destination that the user gave: custom fields and credentials are meant for its origin only.
    public var destination: String
    /// The file, as it must be when it is read.
    public var source: SourceIdentity
    public var options: TransferOptions
    public var needsFreshConnection: Bool
}

/// What a server is told of a file before its first chunk.
public struct UploadRegistration: Sendable, Hashable {
    /// As in ``UploadBookmark/key``.
    public var key: String
    /// In bytes.
    public var size: Int64
    /// A wish, in bytes.
    public var chunkSize: Int64
    /// Of the whole file, lowercase hex, if the user knows it.
    public var sha256: String?

    public init(key: String, size: Int64, chunkSize: Int64, sha256: String?) {
        self.key = key
        self.size = size
        self.chunkSize = chunkSize
        self.sha256 = sha256
    }
}

/// An upload as its server tells it.
public struct UploadStatus: Sendable, Hashable {
    public enum State: Sendable, Hashable { case inProgress, assembling, complete }

    /// In bytes.
    public var size: Int64
    /// In bytes; all chunks but the last have it.
    public var chunkSize: Int64
    /// The indices of the chunks that are stored, as ranges in order.
    public var received: [ClosedRange<Int>]
    public var state: State

    public init(size: Int64, chunkSize: Int64, received: [ClosedRange<Int>], state: State) {
        self.size = size
        self.chunkSize = chunkSize
        self.received = received
        self.state = state
    }
}

/// How a request of an upload ended.
public struct UploadReport: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        /// The absolute address of the upload, and what the server has of it.
        case registered(address: String, UploadStatus)
        case status(UploadStatus)
        /// The chunk is stored and recorded at the server.
        case stored(receipt: String)
        /// The file is in its place; its SHA-256 in lowercase hex if the server computed it.
        case completed(sha256: String?)
        /// The server is still at it: ask again.
        case assembling(retryAfter: Duration?)
        case aborted
        case cancelled
        case failed(TransferError, retryAfter: Duration?)
    }

    public var outcome: Outcome
    /// The bytes of the body that were handed to the connection: not a sign that anybody has them.
    public var bytesSent: Int64
    public var timeToFirstByte: Duration?
    public var status: Int?

    public init(outcome: Outcome, bytesSent: Int64 = 0, timeToFirstByte: Duration? = nil, status: Int? = nil) {
        self.outcome = outcome
        self.bytesSent = bytesSent
        self.timeToFirstByte = timeToFirstByte
        self.status = status
    }
}
