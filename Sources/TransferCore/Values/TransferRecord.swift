/// What the store keeps of one transfer: its wish, the identity of the remote version, and how far it is.
public struct TransferRecord: Sendable, Hashable, Identifiable {
    public let id: TransferID
    public let direction: Direction
    public let source: String
    /// As in ``NewTransfer/destination``.
    public let destination: String
    public let options: TransferOptions
    public let createdAt: WallTime

    /// `queued`, `paused`, `verifying` (the file may be between its two names), `completed` or `failed`.
    public var state: TransferState
    public var finishedAt: WallTime?
    /// Why it is paused or failed.
    public var error: TransferError?
    public var explanation: String?
    /// Failed tries over the whole transfer.
    public var retries: Int

    /// Of a download: the version of the remote file that the bookmark belongs to; `nil` before the first answer.
    public var version: RemoteVersion?
    /// Of an upload: where it is at the server and of which file; `nil` before the file was looked at.
    public var upload: UploadBookmark?
    /// Addresses of earlier uploads that were given up and that the remote is still to be told of, oldest first. What
    /// an object store keeps of them costs its owner money until somebody removes it.
    public var abandoned: [String] = []
    /// The path of the finished file, once its name is known.
    public var finalPath: String?
    /// The unfinished file, to be recognised at the next start.
    public var part: FileIdentity?
    /// Bytes and chunks in the bookmark, so that a list needs no chunk rows.
    public var bytesDone: Int64
    public var chunksDone: Int
    /// The SHA-256 of the finished file in lowercase hex, where it was computed.
    public var sha256: String?

    public init(id: TransferID, wish: NewTransfer, createdAt: WallTime) {
        self.id = id
        direction = wish.direction
        source = wish.source
        destination = wish.destination
        options = wish.options
        self.createdAt = createdAt
        state = .queued
        retries = 0
        bytesDone = 0
        chunksDone = 0
    }

    /// Where the bytes are until the file is complete.
    public var partPath: String? { finalPath.map { $0 + ".part" } }

    /// How the file is cut; `nil` while its size is unknown.
    public var plan: ChunkPlan? {
        if let upload { return upload.plan }
        guard let version, let size = version.size else { return nil }
        return ChunkPlan(size: size, chunkSize: version.chunkSize)
    }

    /// In bytes; `nil` while it is unknown.
    public var size: Int64? { upload?.source.size ?? version?.size }

    /// In bytes; `nil` while it is unknown.
    public var chunkSize: Int64? { upload?.chunkSize ?? version?.chunkSize }

    /// Whether what is there survives a restart; `nil` until the server has answered.
    public var isResumable: Bool? { upload?.address == nil ? version?.isResumable : true }

    /// Where the bytes come from, without secrets.
    public var shownSource: String { direction == .download ? Redaction.address(source) : source }

    /// Where they go, as far as it is known, without secrets.
    public var shownDestination: String {
        direction == .download ? finalPath ?? destination : Redaction.address(destination)
    }

    /// The address whose server does the work: where a download comes from, where an upload goes to.
    public var remoteAddress: String { direction == .download ? source : destination }

    /// Gives up the upload for good: all progress is forgotten, and its address goes where the remote is told of it.
    public mutating func abandonUpload() {
        if let address = upload?.address { abandoned.append(address) }
        forgetProgress()
    }

    /// Forgets all progress and the version, or the upload, it belongs to.
    public mutating func forgetProgress() {
        version = nil
        upload = nil
        part = nil
        bytesDone = 0
        chunksDone = 0
    }
}

/// One version of a remote file, as the first answer described it.
public struct RemoteVersion: Sendable, Hashable {
    /// In bytes; `nil` if the server does not tell.
    public var size: Int64?
    public var validator: Validator
    /// A coding that was applied although none was asked for.
    public var contentEncoding: String?
    /// The address that answered after redirects.
    public var address: String
    /// Whether the server answers ranges of it.
    public var isResumable: Bool
    /// The SHA-256 of the whole file, as the server gave it.
    public var digest: String?
    /// Of an object: what its store knows of its content.
    public var checksum: ObjectChecksum?
    public var chunkSize: Int64

    public init(
        size: Int64?, validator: Validator, contentEncoding: String? = nil, address: String, isResumable: Bool,
        digest: String? = nil, checksum: ObjectChecksum? = nil, chunkSize: Int64
    ) {
        self.size = size
        self.validator = validator
        self.contentEncoding = contentEncoding
        self.address = address
        self.isResumable = isResumable
        self.digest = digest
        self.checksum = checksum
        self.chunkSize = chunkSize
    }
}

/// What tells one file of this machine from another under the same path.
public struct FileIdentity: Sendable, Hashable {
    public var device: UInt64
    public var inode: UInt64
    /// When the file was made, in nanoseconds since 1970; 0 where the file system does not tell. The number of a deleted
    /// file is soon given to another one, so that it alone says little.
    public var born: Int64

    public init(device: UInt64, inode: UInt64, born: Int64 = 0) {
        self.device = device
        self.inode = inode
        self.born = born
    }
}

/// How much of one chunk is safe: a prefix and its checksum. The chunk is done when the prefix is all of it.
public struct ChunkBookmark: Sendable, Hashable {
    public var index: Int
    /// Length of the safe prefix, in bytes.
    public var bytes: Int64
    /// Of a download: CRC-32C of the safe prefix. 0 for an upload.
    public var checksum: UInt32
    /// Of an upload: what proves that the remote has the chunk; `nil` if it only named it as received.
    public var receipt: Receipt?

    public init(index: Int, bytes: Int64, checksum: UInt32, receipt: Receipt? = nil) {
        self.index = index
        self.bytes = bytes
        self.checksum = checksum
        self.receipt = receipt
    }
}
