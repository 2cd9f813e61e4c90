/// One request of an upload.
public struct UploadOrder: Sendable, Equatable {
    public enum Task: Sendable, Equatable {
        /// Announce the file; the server answers with the address of the upload.
        case register(UploadRegistration)
        /// Ask what the remote has. `receipts` are those that are held here, by chunk, where the remote does not vouch
        /// for its chunks by itself.
        case status(receipts: [Int: Receipt])
        /// Send one chunk. With an offer, the remote has something in its place: if that turns out to have the same
        /// content, it need not be sent.
        case chunk(Int, ByteRange, offer: Receipt?)
        /// Have the remote put the file in its place. `receipts` as for ``status(receipts:)``, of all chunks.
        case complete(sha256: String?, receipts: [Int: Receipt])
        /// Have the server forget the upload at ``UploadOrder/address``, which was given up.
        case abort
    }

    public var id: RequestID
    public var transfer: TransferID
    public var task: Task
    /// The address of the upload; for ``Task/register(_:)`` the destination that the user gave.
    public var address: String
    /// How the file is cut; of no meaning for ``Task/abort``.
    public var plan: ChunkPlan
    /// Where the chunks go.
    public var mode: UploadMode
    /// The destination that the user gave: custom fields and credentials are meant for its origin only.
    public var destination: String
    /// The file, as it must be when it is read; of no meaning for ``Task/abort``.
    public var source: SourceIdentity
    public var options: TransferOptions
    public var needsFreshConnection: Bool
}

/// Where the bytes of an upload go.
public enum UploadMode: String, Sendable, Hashable {
    /// To the remote that the upload is registered with.
    case direct
    /// To addresses that it signs for each chunk.
    case presigned
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
    /// Whether an earlier request may have registered the upload already without our knowing. A remote that does not
    /// know keys has to be searched for it.
    public var isRepeated: Bool
    /// As in ``UploadBookmark/begunAt``.
    public var begunAt: WallTime

    public init(
        key: String, size: Int64, chunkSize: Int64, sha256: String?, isRepeated: Bool = false, begunAt: WallTime
    ) {
        self.key = key
        self.size = size
        self.chunkSize = chunkSize
        self.sha256 = sha256
        self.isRepeated = isRepeated
        self.begunAt = begunAt
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
    public var mode: UploadMode
    /// What proves received chunks, by index, as far as the remote tells.
    public var receipts: [Int: Receipt]
    /// What the remote has in the place of other chunks. Whether that is of the same file is not known yet.
    public var offers: [Int: Receipt]

    public init(
        size: Int64, chunkSize: Int64, received: [ClosedRange<Int>], state: State, mode: UploadMode = .direct,
        receipts: [Int: Receipt] = [:], offers: [Int: Receipt] = [:]
    ) {
        self.size = size
        self.chunkSize = chunkSize
        self.received = received
        self.state = state
        self.mode = mode
        self.receipts = receipts
        self.offers = offers
    }
}

/// How a request of an upload ended.
public struct UploadReport: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        /// The absolute address of the upload, and what the server has of it.
        case registered(address: String, UploadStatus)
        case status(UploadStatus)
        /// The chunk is stored and recorded at the server.
        case stored(receipt: Receipt)
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
    /// Of an answer that was trouble.
    public var head: AnswerHead?

    public init(outcome: Outcome, bytesSent: Int64 = 0, timeToFirstByte: Duration? = nil, status: Int? = nil) {
        self.outcome = outcome
        self.bytesSent = bytesSent
        self.timeToFirstByte = timeToFirstByte
        self.status = status
    }
}
