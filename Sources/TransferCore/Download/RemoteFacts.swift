/// What one answer told about the remote file.
public struct RemoteFacts: Hashable, Sendable {
    /// The size of the whole representation in bytes; `nil` if the answer did not say.
    public var total: Int64?
    public var validator: Validator
    /// A coding that was applied although none was asked for; the bytes are stored as they come.
    public var contentEncoding: String?
    /// The name from `Content-Disposition`, already made safe.
    public var suggestedName: String?
    /// `Repr-Digest` (RFC 9530): SHA-256 of the whole file, lowercase hex.
    public var wholeDigest: String?
    /// `Content-Digest` (RFC 9530): SHA-256 of this answer's body, lowercase hex.
    public var bodyDigest: String?
    /// Of an object: what its store knows of its content.
    public var checksum: ObjectChecksum?

    public init(total: Int64? = nil, validator: Validator = Validator()) {
        self.total = total
        self.validator = validator
    }
}

/// What a ranged request asked for, and what its answer must agree with.
public struct RangeExpectation: Hashable, Sendable {
    /// The bytes asked for.
    public var range: ByteRange
    /// Whether this is the first request of a transfer that has kept nothing: any version and a whole answer are fine,
    /// and the file may be shorter than the range.
    public var acceptsAnyVersion: Bool
    /// The size of the version being fetched; `nil` if not known yet.
    public var total: Int64?
    /// The validator of the version being fetched; `nil` if not known yet.
    public var validator: Validator?
    /// The coding of the version being fetched.
    public var contentEncoding: String?

    public init(
        range: ByteRange, acceptsAnyVersion: Bool, total: Int64? = nil, validator: Validator? = nil,
        contentEncoding: String? = nil
    ) {
        self.range = range
        self.acceptsAnyVersion = acceptsAnyVersion
        self.total = total
        self.validator = validator
        self.contentEncoding = contentEncoding
    }
}

/// What the head of an answer means for the request that was made.
public enum HeadVerdict: Hashable, Sendable {
    /// A body follows that holds exactly these bytes, of the version expected.
    case partial(ByteRange, RemoteFacts)
    /// A body follows that holds the whole file from byte 0; only where any version was acceptable.
    case whole(RemoteFacts)
    /// The file is empty; no body is wanted.
    case empty(RemoteFacts)
    /// To be asked elsewhere. The address is resolved but not judged.
    case redirect(location: String)
    /// Not what was asked for; no body is wanted.
    case rejected(TransferError, retryAfter: Duration?, RemoteFacts)
}
