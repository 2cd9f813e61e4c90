import TransferCore

/// What is learnt of a transfer's remote while the transfer runs; shared by its requests, and gone with the run.
public struct RemoteMemory: Sendable {
    /// Access to the object store; `nil` until somebody has looked it up.
    public var access: S3Access?
    /// The region of the bucket, if the store has named another one than was asked.
    public var region: String?
    /// What to add to the time here to have the time at the store.
    public var clockOffset: Duration = .zero
    /// The multipart upload whose parts the store has taken without a checksum, after it refused one with it.
    public var uploadWithoutPartChecksums: String?
    /// The SHA-256 of chunks that were read, by index: of those on their way, and of the next ones.
    public var digests: [Int: String] = [:]
    /// Addresses for chunks that a server has signed, by index.
    public var signed: [Int: SignedChunk] = [:]
    /// Chunks that the store has and that their server was not told of yet, by index.
    public var unreported: [Int: Receipt] = [:]

    public init() {}
}

/// An address that takes one chunk with a certain content, until it expires.
public struct SignedChunk: Sendable, Hashable {
    public var url: String
    public var method: String
    public var headers: [HeaderField]
    /// The content that it was signed for.
    public var sha256: String
    /// By the clock of this machine.
    public var expiresAt: WallTime

    public init(url: String, method: String, headers: [HeaderField], sha256: String, expiresAt: WallTime) {
        self.url = url
        self.method = method
        self.headers = headers
        self.sha256 = sha256
        self.expiresAt = expiresAt
    }
}
