import TransferCore
import WireProtocols

/// The object store that takes the bytes of uploads in place of the data folder.
public struct ObjectStoreSettings: Sendable {
    /// The bucket, and what the key of every object begins with: empty, or with a slash at its end.
    public var location: S3Location
    /// The store, as the data folder remembers it: unfinished uploads cannot go on at another one.
    public var endpoint: S3Endpoint
    /// Where endpoint, region and credentials come from.
    public var access: any S3AccessSource
    /// Handed to `access`.
    public var options: StoreOptions
    /// Makes the server's own requests to the store. To complete a large upload may take the store minutes, so that its
    /// connections must not be given up after a few silent seconds: each request has a limit of its own.
    public var client: any HTTPClient
    /// How long a client may use an address that a chunk was signed for: a second to seven days. Temporary credentials
    /// may end sooner, and the address with them.
    public var uploadValidity: Duration
    /// The same of an address to read a file from.
    public var downloadValidity: Duration

    /// - Parameter location: A key that is not a prefix is taken for one.
    public init(
        location: S3Location, endpoint: S3Endpoint, access: any S3AccessSource, options: StoreOptions,
        client: any HTTPClient,
        uploadValidity: Duration = .seconds(15 * 60), downloadValidity: Duration = .seconds(60)
    ) {
        self.location = location
        self.endpoint = endpoint
        self.access = access
        self.options = options
        self.client = client
        self.uploadValidity = uploadValidity
        self.downloadValidity = downloadValidity
    }
}

extension ObjectStoreSettings {
    /// The object that a file becomes. Throws a ``Problem`` if its key would be too long.
    func object(_ name: FileName, of owner: Owner) throws -> S3Location {
        let path = owner == .nobody ? name.description : "\(owner.name)/\(name)"
        do throws(TransferError) {
            return try location.joining(path)
        } catch {
            throw Problem(.badName, "the name is too long for the object store")
        }
    }
}

extension S3Endpoint {
    /// What tells one store from another. With AWS that is not the host, which changes with the region.
    var name: String { isAWS ? "AWS" : "\(scheme)://\(authority)\(basePath)" }
}
