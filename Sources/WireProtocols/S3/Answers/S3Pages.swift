import TransferCore

/// An upload that was begun and neither completed nor aborted.
public struct S3Upload: Sendable, Hashable {
    public let key: String
    public let uploadID: String
    /// `nil` if the store did not say it in a form that is known.
    public let initiated: WallTime?
}

/// One page of the unfinished uploads of a bucket (`ListMultipartUploads`).
public struct S3UploadsPage: Sendable, Hashable {
    /// Where the next page begins.
    public struct Marker: Sendable, Hashable {
        /// Decoded; empty if the store goes by the uploads' IDs alone.
        public let key: String
        public let uploadID: String

        /// What asks for that page, not encoded yet.
        public var query: [(name: String, value: String)] {
            (key.isEmpty ? [] : [("key-marker", key)]) + [("upload-id-marker", uploadID)]
        }
    }

    public let uploads: [S3Upload]
    /// `nil` on the last page.
    public let next: Marker?
}

/// An object in a list.
public struct S3Object: Sendable, Hashable {
    public let key: String
    /// In bytes.
    public let size: Int64
    /// As it came, with its quotes.
    public let entityTag: String?
    public let lastModified: WallTime?
}

/// One page of the objects of a bucket (`ListObjectsV2`).
public struct S3ObjectsPage: Sendable, Hashable {
    public let objects: [S3Object]
    /// The `continuation-token` of the next page; `nil` on the last one.
    public let nextToken: String?
}

/// What came of a request to complete an upload.
public enum S3Completion: Sendable, Hashable {
    /// The object is in its place.
    case completed(entityTag: String?, checksums: [S3ObjectChecksum])
    /// The store began to answer with success and then failed.
    case failed(S3Problem)
}
