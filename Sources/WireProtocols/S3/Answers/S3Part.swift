import TransferCore

/// A part of a multipart upload as the store has it.
public struct S3Part: Sendable, Hashable {
    /// 1 to 10,000.
    public let number: Int
    /// In bytes.
    public let size: Int64
    /// As it came, with its quotes; to be given back unchanged at the end of the upload.
    public let entityTag: String
    /// Values in lowercase hex.
    public let checksums: [ObjectChecksum.Algorithm: String]

    public init(number: Int, size: Int64, entityTag: String, checksums: [ObjectChecksum.Algorithm: String] = [:]) {
        self.number = number
        self.size = size
        self.entityTag = entityTag
        self.checksums = checksums
    }
}

/// One page of the parts of an upload, in order (`ListParts`).
public struct S3PartsPage: Sendable, Hashable {
    /// Ascending by number. Some stores list a part that was sent twice as two, in any order; either may be the one that
    /// counts in the end.
    public let parts: [S3Part]
    /// The `part-number-marker` of the next page; `nil` on the last one.
    public let nextMarker: Int?
    /// What the upload was created with, if the store says so.
    public let algorithm: ObjectChecksum.Algorithm?
    public let checksumType: S3ObjectChecksum.Kind?
}
