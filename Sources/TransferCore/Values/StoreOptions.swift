/// How an object store is reached, as far as that is no secret. Credentials are looked up when they are needed and never
/// stored.
public struct StoreOptions: Sendable, Hashable, Codable {
    /// The profile of the AWS settings files that credentials come from; `nil` for the usual one.
    public var profile: String?
    /// The absolute URL of a store other than AWS.
    public var endpoint: String?
    public var region: String?
    /// Whether the bucket stands in the path rather than in the host; `nil` lets the endpoint decide.
    public var isPathStyle: Bool?

    public init(
        profile: String? = nil, endpoint: String? = nil, region: String? = nil, isPathStyle: Bool? = nil
    ) {
        self.profile = profile
        self.endpoint = endpoint
        self.region = region
        self.isPathStyle = isPathStyle
    }
}
