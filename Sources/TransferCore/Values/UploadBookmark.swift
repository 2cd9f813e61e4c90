/// What the store keeps of an upload besides its receipts: enough to find it again at the server, and to tell whether
/// the file is still the one that was begun.
public struct UploadBookmark: Sendable, Hashable {
    /// Sent as `Idempotency-Key` when the upload is registered, and stored before that: a server that is asked twice
    /// answers with the same upload.
    public var key: String
    /// The address of the upload at the remote; `nil` until it is registered. Of a chunk server, an absolute URL; of an
    /// object store, what its protocol makes of bucket, key and upload id.
    public var address: String?
    /// The file as it was when the upload was begun.
    public var source: SourceIdentity
    /// When the upload was begun, by the clock of this machine.
    public var begunAt: WallTime
    /// In bytes: the wish before the upload is registered, the server's word after that.
    public var chunkSize: Int64

    public init(
        key: String, address: String? = nil, source: SourceIdentity, chunkSize: Int64, begunAt: WallTime
    ) {
        self.key = key
        self.address = address
        self.source = source
        self.chunkSize = chunkSize
        self.begunAt = begunAt
    }

    /// How the file is cut.
    public var plan: ChunkPlan { ChunkPlan(size: source.size, exactChunkSize: chunkSize) }
}

/// What tells one content of a local file from another, without reading it.
public struct SourceIdentity: Sendable, Hashable, Codable {
    public var device: UInt64
    public var inode: UInt64
    /// In bytes.
    public var size: Int64
    /// When the content changed last, in nanoseconds since 1970.
    public var modified: Int64

    public init(device: UInt64, inode: UInt64, size: Int64, modified: Int64) {
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
    }

    /// Of requests that concern no file any more.
    static let nothing = SourceIdentity(device: 0, inode: 0, size: 0, modified: 0)
}
