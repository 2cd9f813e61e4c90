import CurlTransport
import TransferCore
import TransferEngine
import WireProtocols

extension BucketClient {
    /// A client on a network thread of its own.
    ///
    /// - Parameter options: As ``AWSAccess/resolve(_:)`` makes them.
    convenience init(
        bucket: String, access: AWSAccess, options: StoreOptions, connection: ConnectionOptions
    ) throws(TransferError) {
        let clock = SystemClock()
        self.init(
            bucket: bucket, http: try CurlClient(clock: clock, options: connection), source: access, options: options,
            clock: clock)
    }
}
