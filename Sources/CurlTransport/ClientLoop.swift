import Synchronization
import TransferCore

/// What the thread of a ``CurlClient`` does: it owns the transport and carries out what others ask of it.
final class ClientLoop: Sendable {
    enum Command: Sendable {
        case start(RequestID, HTTPRequest, [UInt8], limit: Int, ClientExchange.Continuation)
        case cancel(RequestID)
        case end
    }

    private let options: ConnectionOptions
    private let waker: any Waker
    private let inbox = Mutex<[Command]>([])
    /// Until the thread takes it.
    private let transport: Mutex<CurlTransport?>

    init(clock: any Clock, options: ConnectionOptions) throws(TransferError) {
        let transport = try CurlTransport(clock: clock)
        self.options = options
        waker = transport.waker
        self.transport = Mutex(transport)
    }

    /// From any thread.
    func submit(_ command: Command) {
        inbox.withLock { $0.append(command) }
        waker.wake()
    }

    /// Works until it is told to end. Blocks.
    func run() {
        guard let transport = transport.withLock({ $0.take() }) else { return }
        var exchanges: [RequestID: ClientExchange] = [:]
        while true {
            for command in takeCommands() {
                switch command {
                case .start(let id, let request, let body, let limit, let continuation):
                    let exchange = ClientExchange(limit: limit, continuation)
                    exchanges[id] = exchange
                    transport.start(
                        id, request, body: body.isEmpty ? nil : BytesBody(body), options: options, receiver: exchange)
                case .cancel(let id):
                    transport.cancel(id)
                    exchanges.removeValue(forKey: id)?.end(.failed(Self.cancelled))
                case .end: return
                }
            }
            for end in transport.wait(until: nil) { exchanges.removeValue(forKey: end.id)?.end(end.outcome) }
        }
    }

    private func takeCommands() -> [Command] {
        inbox.withLock { inbox in
            defer { inbox = [] }
            return inbox
        }
    }

    private static let cancelled = TransferError(.connectionLost, "the request was cancelled")
}
