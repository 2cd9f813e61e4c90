import Synchronization
import TransferCore
import WireProtocols

/// Gives out access to a store at an address, with other credentials at each reload.
final class StoreAccess: S3AccessSource {
    /// Of a machine where no store is set up.
    static let none = StoreAccess(endpoint: nil)

    private let endpoint: String?
    private let accessKey: String?
    private let secretKey: String
    private let state = Mutex((lookups: 0, reloads: 0))

    /// - Parameter accessKey: `nil` gives out `KEY0`, and after each reload the next one.
    init(endpoint: String?, accessKey: String? = nil, secretKey: String = "secret") {
        self.endpoint = endpoint
        self.accessKey = accessKey
        self.secretKey = secretKey
    }

    /// How often somebody asked, and how often for other credentials than before.
    var counts: (lookups: Int, reloads: Int) { state.withLock { $0 } }

    func access(_ options: StoreOptions, reload: Bool) throws(TransferError) -> S3Access {
        guard let endpoint else { throw TransferError(.unauthorized, "no credentials") }
        let reloads = state.withLock { state in
            state.lookups += 1
            if reload { state.reloads += 1 }
            return state.reloads
        }
        return S3Access(
            credentials: S3Credentials(accessKey: accessKey ?? "KEY\(reloads)", secretKey: secretKey),
            endpoint: try S3Endpoint(url: endpoint, region: nil))
    }
}
