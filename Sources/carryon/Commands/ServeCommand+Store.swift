import CurlTransport
import TransferCore
import TransferEngine
import UploadServer
import WireProtocols

extension ServeCommand {
    /// How long the store may be silent: it puts the parts of a large file together before it answers.
    private static let patience: Duration = .seconds(120)

    /// Where chunks go with `--s3`; `nil` without.
    ///
    /// - Throws: `UsageError`; `TransferError` if the settings of AWS are of no use.
    func objectStore() throws -> ObjectStoreSettings? {
        guard let bucket else {
            guard store.isEmpty else {
                throw UsageError(
                    "--profile, --endpoint-url, --region, --path-style and --virtual-host-style belong to --s3")
            }
            return nil
        }
        guard reserve == nil, memory == nil else {
            throw UsageError("--reserve and --memory are for a server that takes in the chunks itself, not for --s3")
        }
        let location: S3Location
        do throws(TransferError) {
            location = try S3Location(bucket)
        } catch {
            throw UsageError("--s3: \(error.detail)")
        }
        let access = AWSAccess()
        let options = try store.resolved(access)
        // Missing credentials are told now rather than to the first client.
        let endpoint = try access.access(options, reload: false).endpoint
        var connection = ConnectionOptions()
        connection.stallTimeout = Self.patience
        return ObjectStoreSettings(
            location: location, endpoint: endpoint, access: access, options: options,
            client: try CurlClient(clock: SystemClock(), options: connection))
    }
}
