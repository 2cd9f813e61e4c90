import TransferCore

/// A transport without a network: answers come from a script, and waiting moves a ``ManualClock``.
///
/// Each ``wait(until:)`` moves one piece of each request that has one, first of its body and then of its answer, in
/// order of the ids. When there is nothing to move, the clock jumps to the next thing that happens, or to the deadline.
public final class FakeTransport: Transport {
    private let clock: ManualClock
    private let patience: Duration
    private let answer: (HTTPRequest) -> FakeAnswer
    private let wakeUps = FakeWaker()
    private var exchanges: [RequestID: FakeExchange] = [:]
    /// Every request, in the order of their start.
    public private(set) var requests: [HTTPRequest] = []

    /// - Parameters:
    ///   - patience: How long to wait for a wake-up in real time before the clock jumps: other threads may have work
    ///     that takes no time by the clock.
    ///   - answer: Called when a request starts.
    public init(clock: ManualClock, patience: Duration = .zero, answer: @escaping (HTTPRequest) -> FakeAnswer) {
        self.clock = clock
        self.patience = patience
        self.answer = answer
    }

    public var waker: any Waker { wakeUps }

    public func start(
        _ id: RequestID, _ request: HTTPRequest, body: (any RequestBody)?, options: ConnectionOptions,
        receiver: any ResponseReceiver
    ) {
        requests.append(request)
        let answer = Self.isAddress(request.url) ? answer(request) : .failure(.malformed)
        exchanges[id] = FakeExchange(
            answer, body: body, options: options, receiver: receiver, now: clock.now())
    }

    public func cancel(_ id: RequestID) {
        exchanges.removeValue(forKey: id)?.isCancelled = true
    }

    public func resume(_ id: RequestID) {
        exchanges[id]?.resume(clock.now())
    }

    public func wait(until deadline: Instant?) -> [TransportEnd] {
        if let ends = move() { return ends }
        if wakeUps.wait(.zero) { return [] }
        let next = [exchanges.values.compactMap(\.nextStep).min(), deadline].compactMap { $0 }.min()
        guard let next else {
            wakeUps.wait(nil)
            return []
        }
        if next > clock.now(), patience > .zero, wakeUps.wait(patience) { return [] }
        clock.advance(to: next)
        return move() ?? []
    }

    /// Hands over what is due now; `nil` if nothing was.
    private func move() -> [TransportEnd]? {
        let now = clock.now()
        var ends: [TransportEnd] = []
        var hasMoved = false
        for (id, exchange) in exchanges.sorted(by: { $0.key < $1.key }) {
            guard !exchange.isCancelled, let step = exchange.nextStep, step <= now else { continue }
            hasMoved = true
            guard let outcome = exchange.step(now), !exchange.isCancelled else { continue }
            exchanges[id] = nil
            ends.append(TransportEnd(id: id, outcome: outcome, timeToFirstByte: exchange.timeToFirstByte))
        }
        return hasMoved ? ends : nil
    }

    private static func isAddress(_ url: String) -> Bool {
        ["http://", "https://"].contains { scheme in
            url.hasPrefix(scheme) && !["", "/"].contains(url.dropFirst(scheme.count).prefix(1))
        }
    }
}
