/// What it takes to speak to an object store: where it is, and what requests are signed with.
public struct S3Access: Hashable, Sendable {
    public var credentials: S3Credentials
    public var endpoint: S3Endpoint

    public init(credentials: S3Credentials, endpoint: S3Endpoint) {
        self.credentials = credentials
        self.endpoint = endpoint
    }

    /// The same, for requests of another region; unchanged where none is known.
    public func inRegion(_ region: String?) -> S3Access {
        guard let endpoint = region.flatMap(endpoint.inRegion) else { return self }
        return S3Access(credentials: credentials, endpoint: endpoint)
    }
}
