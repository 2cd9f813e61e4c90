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
    /// - Throws: `UsageError`; `TransferError` if the settings of AWS are of no use; `Failure` if the store refuses them.
    func objectStore(_ signals: Signals) throws -> ObjectStoreSettings? {
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
        let client = try CurlClient(clock: SystemClock(), options: connection)
        let asking = BucketClient(
            bucket: location.bucket, http: client, source: access, options: options, clock: SystemClock())
        try check(location, at: asking, signals)
        return ObjectStoreSettings(
            location: location, endpoint: endpoint, access: access, options: options, client: client)
    }

    /// Asks the store something. A bucket that is not there and a key that it does not know are told now rather than to
    /// the first client.
    private func check(_ location: S3Location, at bucket: BucketClient, _ signals: Signals) throws {
        do {
            try Background.wait(signals) { _ = try await bucket.send(.listUploads(location, after: nil)) }
        } catch let error as TransferError {
            let place = SafeText(location.text)
            switch error.disposition {
            // It may be about to start, too.
            case .retry:
                Diagnostics.say("carryon serve: \(place) does not answer (\(error.detail)): uploads wait until it does")
            // Who may write need not be allowed to list.
            case _ where error.code == .forbidden:
                Diagnostics.say(
                    "carryon serve: \(place) may not be looked at (\(error.detail)): uploads whose beginning is not "
                        + "answered stay there")
            default: throw Failure("\(place): \(error.sentence)")
            }
        }
    }
}
