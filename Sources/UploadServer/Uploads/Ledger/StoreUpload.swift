import TransferCore
import WireProtocols

/// An upload whose bytes go to an object store.
struct StoreUpload: Hashable, Sendable {
    /// The object that it becomes.
    var location: S3Location
    /// What the store calls the upload; `nil` before the store was told of it, and for an empty file, of which there is
    /// nothing to upload.
    var uploadID: String?
    /// Whether the store checks and keeps the SHA-256 of every part. Before it has begun: whether it was asked to.
    var hasChecksums = false
    /// When the store was last asked to begin it, by the clock here; `nil` if it never was.
    var attemptedAt: WallTime?
}

/// What a client has reported of a chunk that it gave to the store.
struct ChunkReceipt: Hashable, Sendable {
    var index: Int
    var digest: ChunkDigest
    /// What the store calls the part, as it came.
    var entityTag: String
}
