/// What kind of remote an address belongs to.
public enum RemoteKind: Sendable, Hashable {
    /// A server of HTTP; for an upload, a chunk server.
    case http
    /// An object store that speaks S3: `s3://BUCKET/KEY`.
    case s3

    public init(_ address: String) {
        self = address.utf8.starts(with: "s3://".utf8) ? .s3 : .http
    }
}
