/// A wish for a transfer, as it comes from the command line or the screen.
public struct NewTransfer: Sendable, Hashable {
    public var direction: Direction
    /// For a download: an `http` or `https` URL, or `s3://BUCKET/KEY`. For an upload: an absolute path.
    public var source: String
    /// For a download: an absolute path; with a trailing `/` a folder into which the remote's name goes.
    /// For an upload: the `http` or `https` URL of a chunk server, with the name that the file gets there, or
    /// `s3://BUCKET/KEY`.
    public var destination: String
    public var options: TransferOptions

    public init(direction: Direction, source: String, destination: String, options: TransferOptions = .init()) {
        self.direction = direction
        self.source = source
        self.destination = destination
        self.options = options
    }
}

/// The wishes that go with one transfer; persisted with it.
public struct TransferOptions: Sendable, Hashable, Codable {
    /// Requests at the same time, 1 to 64.
    public var connections: Int = 8
    /// In bytes; `nil` lets the plan choose.
    public var chunkSize: Int64?
    /// The expected SHA-256 of the whole file, lowercase hex.
    public var sha256: String?
    /// Of an upload with ``sha256``: the file as it was when that was compared with it. Another one is not sent.
    public var hashedSource: SourceIdentity?
    /// Further request fields, in order. They may hold secrets: never show their values.
    public var headers: [HeaderField] = []
    /// Whether a finished file may replace one of the same name.
    public var overwrite = false
    /// A file of certificate authorities instead of the system's.
    public var certificateAuthorities: String?
    /// Whether any certificate is accepted.
    public var insecure = false
    /// Whether user and password come from `~/.netrc`.
    public var netrc = false
    /// Of a transfer from or to `s3://`.
    public var store = StoreOptions()

    public init() {}
}

/// One field of a header section.
public struct HeaderField: Sendable, Hashable, Codable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
