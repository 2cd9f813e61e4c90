/// What was computed of a chunk while it was read.
public struct ChunkDigests: Sendable, Hashable {
    /// Lowercase hex.
    public var sha256: String
    /// Lowercase hex; only where a remote has to be asked whether it has the chunk already and knows no better.
    public var md5: String?

    public init(sha256: String, md5: String? = nil) {
        self.sha256 = sha256
        self.md5 = md5
    }
}
