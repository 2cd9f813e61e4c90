/// What the machines want done. Carried out by the engine, in order.
public enum Effect: Sendable, Equatable {
    /// Make a request.
    case request(RequestOrder)
    /// Make a request of an upload; ``Event/answered(_:_:)`` follows.
    case send(UploadOrder)
    /// Stop a running request at an earlier offset; what comes before it stays wanted.
    case shorten(RequestID, end: Int64)
    /// End a running request; its ``Event/requestEnded(_:_:)`` or ``Event/answered(_:_:)`` follows once its last bytes
    /// are written.
    case cancel(RequestID)
    /// Read the chunk rows of a transfer.
    case loadBookmark(TransferID)
    /// Make or open the part file.
    case openFile(TransferID, FileOrder)
    /// Commit what was written and close the part file; with `delete`, delete it too.
    case closeFile(TransferID, delete: Bool)
    /// Open the file of an upload; ``Event/sourceOpened(_:_:)`` follows.
    case openSource(TransferID, path: String)
    /// Close it again.
    case closeSource(TransferID)
    /// Record a chunk that the remote has, soon, together with others; ``Event/bookmarked(_:_:)`` follows.
    case keepReceipt(TransferID, ChunkBookmark, StoredProgress)
    /// Replace the transfer's row; ``Event/saved(_:)`` follows, or else ``Event/notSaved(_:_:)``.
    case saveFirst(TransferRecord)
    /// Sync, compare digests, rename, and record the completion.
    case finish(TransferID, FinishOrder)
    /// Compare every chunk with its stored checksum.
    case verify(TransferID, VerifyOrder)
    /// Replace the transfer's row.
    case save(TransferRecord)
    /// Drop all chunk rows of a transfer.
    case forgetChunks(TransferID)
    /// Rewrite single chunk rows, of chunks that turned out to be damaged.
    case dropChunks(TransferID, [Int], StoredProgress)
    /// Delete the transfer from the store.
    case remove(TransferID)
    /// Append transfers to the store's queue; ``Event/added(_:)`` follows.
    case insert([NewTransfer])
    /// Keep an attempt at a troubled chunk.
    case keep(TransferID, Attempt)
    /// Show people the head of an answer that was trouble; it is not stored.
    case keepHead(AnswerHead, chunk: Int)
    /// Delete an unfinished file that no open session belongs to.
    case deleteFile(path: String, identity: FileIdentity)
    /// Read chunks and attempts of a transfer that is not running, for display.
    case loadDetail(TransferID)
    /// Read what is kept of one chunk, for display; ``Event/chunkLoaded(_:_:_:)`` follows.
    case loadChunk(TransferID, Int)
    /// Tell people.
    case note(EngineEvent)
}

/// One ranged request.
public struct RequestOrder: Sendable, Equatable {
    public enum Purpose: Sendable, Equatable {
        /// Fetch bytes into the part file.
        case fetch
        /// Fetch bytes that are there already and compare them.
        case compare
    }

    public var id: RequestID
    public var transfer: TransferID
    public var purpose: Purpose
    /// The address to ask.
    public var address: String
    /// The end may be `Int64.max` for "to the end, wherever that is".
    public var expectation: RangeExpectation
    public var precondition: Precondition?
    public var options: TransferOptions
    public var needsFreshConnection: Bool

    /// The address that the user gave: custom fields and credentials are meant for its origin only.
    public var source: String
    /// Of a version that is known: what an object store says of its content.
    public var checksum: ObjectChecksum?
}

/// What to do with the part file.
public enum FileOrder: Sendable, Equatable {
    /// Make a new one. `finalPath` is where the finished file will be.
    case create(finalPath: String, size: Int64?, chunkSize: Int64, overwrite: Bool)
    /// Open the one that the bookmark belongs to, and check `samples` of its chunks; `finalPath` tells where it is
    /// if the crash came after the rename.
    case reopen(finalPath: String, identity: FileIdentity, plan: ChunkPlan, bookmark: [ChunkBookmark], samples: [Int])
}

/// How the part file was opened.
public enum FileOpening: Sendable, Equatable {
    case created(FileIdentity, finalPath: String)
    /// `damaged` holds the sampled chunks that did not match their checksum.
    case reopened(damaged: [Int])
    /// The file stands under its final name already.
    case inPlace
}

/// How to bring a transfer to its end.
public struct FinishOrder: Sendable, Equatable {
    public var finalPath: String
    public var part: FileIdentity
    public var size: Int64
    public var overwrite: Bool
    /// SHA-256 digests that the file must have, lowercase hex, each with who said so.
    public var digests: [ExpectedDigest]
    /// What an object store says of the content.
    public var checksum: ObjectChecksum?
    /// The row as it is before the rename, for a restart in between.
    public var intent: TransferRecord
}

/// A digest and where it came from.
public struct ExpectedDigest: Sendable, Hashable {
    public enum Origin: Sendable, Hashable { case user, server }

    /// SHA-256 in lowercase hex.
    public var sha256: String
    public var origin: Origin

    public init(sha256: String, origin: Origin) {
        self.sha256 = sha256
        self.origin = origin
    }
}

/// What to compare with the stored checksums.
public struct VerifyOrder: Sendable, Equatable {
    public var finalPath: String
    public var part: FileIdentity
    public var plan: ChunkPlan
    /// Whether the file stands under its final name, rather than as a part file.
    public var isCompleted: Bool
}

/// What came of a ``VerifyOrder``.
public struct VerifyReport: Sendable, Equatable {
    public var checked: Int
    public var damaged: [Int]

    public init(checked: Int, damaged: [Int]) {
        self.checked = checked
        self.damaged = damaged
    }
}
