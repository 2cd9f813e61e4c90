import TransferCore
import WireProtocols

/// Carries out the requests of downloads. Lives on the engine's thread.
final class DownloadExecutor {
    private let transport: any Transport
    private let parts: Engine.Parts
    private let settings: EngineSettings
    private let inbox: EngineInbox
    private let pool: BufferPool
    private let committer: Committer
    /// A receiver uses the same one for all its life, so that its writes stay in order.
    private let writers: [WorkQueue]
    private var nextWriter = 0

    private var receivers: [RequestID: SpanReceiver] = [:]
    /// The part files that are open.
    private(set) var sessions: [TransferID: PartSession] = [:]
    /// Of requests to object stores.
    private var conversations: [RequestID: StoreConversation] = [:]
    /// What was learnt of the object stores of running transfers.
    private let memories: RemoteMemories
    private let lookups: AccessLookups
    /// Answers that have begun.
    private var accepted: [Event] = []

    init(
        transport: any Transport, parts: Engine.Parts, settings: EngineSettings, inbox: EngineInbox, pool: BufferPool,
        committer: Committer, writers: [WorkQueue], memories: RemoteMemories, lookups: AccessLookups
    ) {
        self.transport = transport
        self.parts = parts
        self.settings = settings
        self.inbox = inbox
        self.pool = pool
        self.committer = committer
        self.writers = writers
        self.memories = memories
        self.lookups = lookups
    }

    /// How far every running request is.
    func progress() -> [RequestID: Int64] { receivers.mapValues(\.position) }

    /// Whether answers have begun that nobody has heard of.
    var hasAccepted: Bool { !accepted.isEmpty }

    /// The answers that have begun since the last call.
    func takeAccepted() -> [Event] {
        defer { accepted = [] }
        return accepted
    }

    // MARK: Part files

    /// A part file was opened; bodies that came before can go on once the machines know.
    func opened(_ session: PartSession) {
        sessions[session.transfer] = session
    }

    /// A part file was closed.
    func closed(_ id: TransferID) {
        sessions[id] = nil
        forgetIfIdle(id)
    }

    /// Bodies that came before their file was open can go on.
    func attach(_ id: TransferID) {
        guard let session = sessions[id] else { return }
        for (request, receiver) in receivers where receiver.order.transfer == id {
            receiver.attach(session)
            if receiver.isPaused { transport.resume(request) }
        }
    }

    // MARK: Requests

    func request(_ order: RequestOrder) {
        let inbox = self.inbox
        let committer = self.committer
        nextWriter = (nextWriter + 1) % writers.count
        var conversation: StoreConversation?
        if RemoteKind(order.source) == .s3 {
            conversation = StoreConversation(order: order, version: parts.version, clock: parts.clock)
        }
        let receiver = SpanReceiver(
            order: order, session: sessions[order.transfer], judge: conversation.map { $0.judge },
            surroundings: SpanReceiver.Surroundings(
                pool: pool, clock: parts.clock, writer: writers[nextWriter],
                accepted: { [unowned self] id, head in accepted.append(.accepted(id, head)) },
                post: { inbox.post([$0]) },
                recorded: { committer.sessionIsDirty($0) }))
        receivers[order.id] = receiver
        guard let conversation else { return start(receiver) }
        conversations[order.id] = conversation
        take(memories.with(order.transfer) { conversation.next(&$0) }, receiver, conversation)
    }

    /// Stops a request at an earlier offset.
    func shorten(_ id: RequestID, to end: Int64) {
        guard let receiver = receivers[id], receiver.shorten(to: end) else { return }
        transport.cancel(id)
        finish(receiver, .stopped)
    }

    func cancel(_ id: RequestID) {
        transport.cancel(id)
        if let receiver = receivers[id] { finish(receiver, nil) }
    }

    /// A request has ended on the network.
    func ended(_ end: TransportEnd) {
        guard let receiver = receivers[end.id] else { return }
        if let conversation = conversations[end.id] { return ended(end, receiver, conversation) }
        if case .redirect(let location) = receiver.verdict {
            follow(location, receiver)
        } else {
            finish(receiver, end.outcome, timeToFirstByte: end.timeToFirstByte)
        }
    }

    /// The machines are about to hear that a request is over, all of it.
    func settled(_ id: RequestID) {
        guard let receiver = receivers.removeValue(forKey: id) else { return }
        forgetIfIdle(receiver.order.transfer)
    }

    /// Goes on with what waited for other threads.
    func goOn() {
        guard pool.hasFree else { return }
        for (id, receiver) in receivers where receiver.isPaused && receiver.session != nil { transport.resume(id) }
    }

    /// Hands over bytes of requests that have become slow.
    func handOver() {
        for receiver in receivers.values { receiver.handOverIfOld() }
    }

    private func finish(
        _ receiver: SpanReceiver, _ outcome: TransportEnd.Outcome?, timeToFirstByte: Duration? = nil
    ) {
        conversations[receiver.order.id] = nil
        receiver.finish(outcome, timeToFirstByte: timeToFirstByte)
    }

    private func connectionOptions(of receiver: SpanReceiver) -> ConnectionOptions {
        var options = ConnectionOptions(receiver.order.options, settings)
        options.needsFreshConnection = receiver.order.needsFreshConnection && receiver.redirects == 0
        return options
    }

    // MARK: Servers

    private func start(_ receiver: SpanReceiver) {
        let order = receiver.order
        let range = order.expectation.range
        let request = HTTPDownload.request(
            url: receiver.address, range: range, openEnded: range.end == .max, precondition: order.precondition,
            headers: order.options.headers,
            sendsHeaders: Origin(receiver.address) == Origin(receiver.originalAddress), version: parts.version)
        transport.start(order.id, request, body: nil, options: connectionOptions(of: receiver), receiver: receiver)
    }

    private func follow(_ location: String, _ receiver: SpanReceiver) {
        let decision = Redirects.decide(
            location: location, from: receiver.address, original: receiver.originalAddress,
            followed: receiver.redirects)
        switch decision {
        case .follow(let url, let isSameOrigin):
            receiver.redirect(to: isSameOrigin ? Userinfo.carry(from: receiver.originalAddress, to: url) : url)
            start(receiver)
        case .refused(let error):
            receiver.settle(.rejected(error, retryAfter: nil, RemoteFacts()))
            finish(receiver, .stopped)
        }
    }

    // MARK: Object stores

    private func ended(_ end: TransportEnd, _ receiver: SpanReceiver, _ conversation: StoreConversation) {
        let transfer = receiver.order.transfer
        var step: S3DownloadDialogue.Step?
        if case .rejected = receiver.verdict, let head = receiver.head {
            step = memories.with(transfer) { conversation.refused(head, receiver.refusal, &$0) }
        } else if receiver.head == nil, end.outcome == .completed {
            step = memories.with(transfer) { conversation.answered(&$0) }
        }
        guard let step else { return finish(receiver, end.outcome, timeToFirstByte: end.timeToFirstByte) }
        take(step, receiver, conversation, timeToFirstByte: end.timeToFirstByte)
    }

    private func take(
        _ step: S3DownloadDialogue.Step, _ receiver: SpanReceiver, _ conversation: StoreConversation,
        timeToFirstByte: Duration? = nil
    ) {
        let order = receiver.order
        switch step {
        case .ask(let request):
            receiver.forgetAnswer()
            transport.start(
                order.id, request, body: nil, options: connectionOptions(of: receiver), receiver: conversation)
        case .fetch(let request):
            receiver.forgetAnswer()
            transport.start(order.id, request, body: nil, options: connectionOptions(of: receiver), receiver: receiver)
        case .needsAccess(let isReload):
            lookups.lookUp(order.options.store, isReload: isReload, for: order.id)
        case .done(let verdict):
            receiver.settle(verdict, status: receiver.head == nil ? conversation.status : nil)
            finish(receiver, .stopped, timeToFirstByte: timeToFirstByte)
        }
    }

    /// Access was looked up. Some of those who waited are none of ours, or have been cancelled meanwhile; a transfer
    /// that was forgotten is not remembered again.
    func accessIsFound(_ finding: AccessLookups.Finding) {
        for id in finding.requests {
            guard let receiver = receivers[id], let conversation = conversations[id] else { continue }
            let step = memories.with(receiver.order.transfer) { memory in
                switch finding.result {
                case .success(let access):
                    memory.access = access
                    return conversation.next(&memory)
                case .failure(let error): return conversation.nextWithoutAccess(error, &memory)
                }
            }
            take(step, receiver, conversation)
        }
    }

    private func forgetIfIdle(_ transfer: TransferID) {
        guard sessions[transfer] == nil, !receivers.values.contains(where: { $0.order.transfer == transfer }) else {
            return
        }
        memories.forget(transfer)
    }
}
