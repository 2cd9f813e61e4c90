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
            bucket: bucket, http: try CurlClient(clock: clock, options: Self.patient(connection)), source: access,
            options: options, clock: clock)
    }

    /// With limits that suit a person who waits, and a store that is silent while it gathers a long list.
    static func patient(_ connection: ConnectionOptions) -> ConnectionOptions {
        var connection = connection
        connection.connectTimeout = .seconds(30)
        connection.stallTimeout = .seconds(60)
        return connection
    }
}
