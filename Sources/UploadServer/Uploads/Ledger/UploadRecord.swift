import TransferCore

/// Where an upload stands.
enum UploadStage: String, Sendable {
    /// The object store is about to be told of it; with the bytes here, this stage does not exist.
    case creating
    case inProgress = "in_progress"
    /// All chunks are there, and the file is on its way to its name.
    case assembling
    case complete
    case aborted
    case expired

    /// Whether only the memory of it is left (410).
    var isGone: Bool { self == .aborted || self == .expired }

    /// What clients are told.
    var publicName: String { self == .creating ? Self.inProgress.rawValue : rawValue }
}

/// What the system knows a file by, whatever its name.
///
/// The number of its device is no part of it: that may be another one after each restart of the machine.
struct InodeIdentity: Hashable, Sendable {
    var inode: UInt64
    /// In nanoseconds since 1970; 0 where the file system does not tell.
    var birthTime: Int64

    /// Whether both are the same file, as far as both are known.
    func matches(_ other: InodeIdentity) -> Bool {
        inode == other.inode && (birthTime == other.birthTime || birthTime == 0 || other.birthTime == 0)
    }
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
    /// Where the bytes are, if they are in an object store and not in a file.
    var object: StoreUpload?
}

/// A chunk whose bytes are durable, on its way into the ledger.
struct ReceivedChunk: Hashable, Sendable {
    var upload: Int64
    var index: Int
    var digest: ChunkDigest
    /// What an object store calls it; `nil` for a chunk that is here.
    var entityTag: String?
}
