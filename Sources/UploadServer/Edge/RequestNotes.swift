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
    private let listener = Mutex<(@Sendable (Interruption) -> Void)?>(nil)

    /// Why the request that is being answered cannot go on.
    enum Interruption: Sendable {
        /// Its body came too slowly, and the rest of it will not be read. There can be an answer.
        case tooSlow
        /// The connection is closed.
        case closed
    }

    init(channel: any Channel) {
        self.channel = channel
        let address = channel.remoteAddress
        remote = address?.ipAddress.map { ListenAddress(host: $0, port: address?.port ?? 0).description } ?? "unknown"
    }

    /// Notes whose request it is: once for each request, in their order, before it is answered.
    func append(_ owner: Owner) { owners.withLock { $0.append(owner) } }

    /// Tells the route that answers a request what happens to the connection.
    func interrupt(_ interruption: Interruption) { listener.withLock { $0 }?(interruption) }

    /// Lets a route listen to what happens to its connection while it does something.
    static func listening<Value: Sendable>(
        _ listener: @escaping @Sendable (Interruption) -> Void, during body: () async throws -> Value
    ) async rethrows -> Value {
        let notes = current
        notes?.listener.withLock { $0 = listener }
        defer { notes?.listener.withLock { $0 = nil } }
        return try await body()
    }

    /// The owner of the first request that has not been taken.
    func takeOwner() -> Owner? {
        owners.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}
