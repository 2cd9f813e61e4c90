import TransferCore

/// An object in a store, as the head of an answer describes it.
public struct StoredObject: Hashable, Sendable {
    /// In bytes.
    public let size: Int64
    /// As it came, with its quotes.
    public let entityTag: String?
    public let checksums: [S3ObjectChecksum]

    public init(size: Int64, entityTag: String? = nil, checksums: [S3ObjectChecksum] = []) {
        self.size = size
        self.entityTag = entityTag
        self.checksums = checksums
    }

    /// Reads the answer to `HEAD`; `nil` if that does not say how long the object is.
    public init?(_ head: ResponseHead) {
        guard case .known(let size) = ContentLength(head) else { return nil }
        self.init(size: size, entityTag: head["ETag"], checksums: S3ObjectChecksum.all(in: head))
    }
}
