/// What proves that a remote has one chunk of an upload.
public struct Receipt: Sendable, Hashable {
    /// SHA-256 of the chunk in lowercase hex, as it was read here and accepted there; `nil` if the remote only named the
    /// chunk as received.
    public var sha256: String?
    /// What the remote calls the stored bytes, as it stood in `ETag`; `nil` if it gave none.
    public var entityTag: String?
    /// When the proof came; `nil` in what older versions have stored.
    public var storedAt: WallTime?

    public init(sha256: String? = nil, entityTag: String? = nil, storedAt: WallTime? = nil) {
        self.sha256 = sha256
        self.entityTag = entityTag
        self.storedAt = storedAt
    }
}
