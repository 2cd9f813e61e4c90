import TransferCore

/// Where an upload stands.
enum UploadStage: String, Sendable {
    case inProgress = "in_progress"
    /// All chunks are there, and the file is on its way to its name.
    case assembling
    case complete
    case aborted
    case expired

    /// Whether only the memory of it is left (410).
    var isGone: Bool { self == .aborted || self == .expired }
}

/// What the system knows a file by, whatever its name.
struct InodeIdentity: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64
}

/// One upload as the ledger has it.
struct UploadRecord: Hashable, Sendable {
    /// The key of its row, which the rows of its chunks refer to.
    var key: Int64
    var id: UploadID
    var owner: Owner
    var name: FileName
    var plan: ChunkPlan
    /// The digest of the whole file that the client announced, or that was found in the end.
    var sha256: ChunkDigest?
    var status: UploadStage
    var file: InodeIdentity
    /// The first chunk that is missing; the number of chunks if none is.
    var nextExpectedChunk: Int
    var receivedCount: Int
    /// When the last chunk came, or the registration.
    var activeAt: WallTime
}

/// A chunk whose bytes are durable, on its way into the ledger.
struct ReceivedChunk: Hashable, Sendable {
    var upload: Int64
    var index: Int
    var digest: ChunkDigest
}
