import Synchronization
import TransferCore

/// What the thread of a ``CurlClient`` does: it owns the transport and carries out what others ask of it.
final class ClientLoop: Sendable {
    enum Command: Sendable {
        case start(RequestID, ClientExchange.Order, ClientExchange.Continuation)
        case cancel(RequestID)
        case end
    }

    /// How many requests run at the same time: each has a connection, and so a descriptor.
    static let mostAtATime = 64

    private let options: ConnectionOptions
    private let clock: any Clock
    private let waker: any Waker
    private let inbox = Mutex<[Command]>([])
    /// Until the thread takes it.
    private let transport: Mutex<CurlTransport?>

    init(clock: any Clock, options: ConnectionOptions) throws(TransferError) {
        let transport = try CurlTransport(clock: clock)
        self.options = options
        self.clock = clock
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
        var running: [RequestID: ClientExchange] = [:]
        // Whoever has come first begins first.
        var line: [(id: RequestID, exchange: ClientExchange)] = []
        let giveUp = { (id: RequestID, error: TransferError) in
            transport.cancel(id)
            running.removeValue(forKey: id)?.end(.failed(error))
            guard let place = line.firstIndex(where: { $0.id == id }) else { return }
            line.remove(at: place).exchange.end(.failed(error))
        }
        while true {
            for command in takeCommands() {
                switch command {
                case .start(let id, let order, let continuation):
                    line.append((id, ClientExchange(order, now: clock.now(), continuation)))
                case .cancel(let id): giveUp(id, Self.cancelled)
                case .end: return
                }
            }
            let now = clock.now()
            for (id, exchange) in Array(running) + line.map({ ($0.id, $0.exchange) })
            where exchange.deadline.map({ $0 <= now }) ?? false {
                giveUp(id, Self.timedOut)
            }
            while running.count < Self.mostAtATime, !line.isEmpty {
                let (id, exchange) = line.removeFirst()
                running[id] = exchange
                start(exchange, as: id, on: transport)
            }
            let deadline = (running.values.compactMap(\.deadline) + line.compactMap(\.exchange.deadline)).min()
            for end in transport.wait(until: deadline) { running.removeValue(forKey: end.id)?.end(end.outcome) }
        }
    }

    private func start(_ exchange: ClientExchange, as id: RequestID, on transport: CurlTransport) {
        var options = options
        if exchange.order.options.needsFreshConnection { options.needsFreshConnection = true }
        let body = exchange.order.body
        transport.start(
            id, exchange.order.request, body: body.isEmpty ? nil : BytesBody(body), options: options,
            receiver: exchange)
    }

    private func takeCommands() -> [Command] {
        inbox.withLock { inbox in
            defer { inbox = [] }
            return inbox
        }
    }

    private static let cancelled = TransferError(.connectionLost, "the request was cancelled")
    private static let timedOut = TransferError(.timedOut, "there was no whole answer in time")
}
