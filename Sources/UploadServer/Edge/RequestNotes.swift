import NIOCore
import Synchronization

/// What the routes' side learns about the requests of one connection and the connection's handlers want to know.
///
/// Both find it through the task that answers the connection's requests.
final class RequestNotes: Sendable {
    @TaskLocal static var current: RequestNotes?

    let channel: any Channel
    /// The client's address and port.
    let remote: String
    private let owners = Mutex<[Owner]>([])

    init(channel: any Channel) {
        self.channel = channel
        let address = channel.remoteAddress
        remote = address?.ipAddress.map { ListenAddress(host: $0, port: address?.port ?? 0).description } ?? "unknown"
    }

    /// Notes whose request it is: once for each request, in their order, before it is answered.
    func append(_ owner: Owner) { owners.withLock { $0.append(owner) } }

    /// The owner of the first request that has not been taken.
    func takeOwner() -> Owner? {
        owners.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}
