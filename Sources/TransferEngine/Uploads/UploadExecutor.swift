import TransferCore
import WireProtocols

/// Carries out the effects of uploads: opens sources, reads and hashes chunks, makes requests. Lives on the engine's
/// thread.
final class UploadExecutor {
    /// How long a remote may be silent while it puts the file together.
    private static let completionPatience: Duration = .seconds(180)

    private let transport: any Transport
    private let parts: Engine.Parts
    private let settings: EngineSettings
    private let inbox: EngineInbox
    private let supply: ChunkSupply

    private var sources: [TransferID: UploadSource] = [:]
    /// Sources that the machines have not heard of yet.
    private let opened = OpenedFiles<UploadSource>()
    private var requests: [RequestID: UploadRequest] = [:]
    /// What was learnt of the remotes of running transfers.
    private let memories: RemoteMemories
    private let lookups: AccessLookups
    /// Requests that are over.
    private var settled: [(RequestID, UploadReport)] = []

    init(
        transport: any Transport, parts: Engine.Parts, settings: EngineSettings, inbox: EngineInbox, pool: BufferPool,
        memories: RemoteMemories, lookups: AccessLookups
    ) {
        self.transport = transport
        self.parts = parts
        self.settings = settings
        self.inbox = inbox
        self.memories = memories
        self.lookups = lookups
        supply = ChunkSupply(pool: pool, inbox: inbox) { memories.learn(digest: $1, of: $0) }
    }

    /// How far every chunk is that is being sent.
    func progress() -> [RequestID: Int64] {
        requests.compactMapValues { request in
            guard case .chunk(_, let range, _) = request.order.task else { return nil }
            return range.start + request.bytesSent
        }
    }

    // MARK: Sources

    func openSource(_ id: TransferID, _ path: String) {
        let fileSystem = parts.fileSystem
        let inbox = self.inbox
        let opened = self.opened
        supply.onReader {
            let result: Result<SourceIdentity, TransferError>
            do throws(TransferError) {
                let file = try fileSystem.openSource(path)
                do throws(TransferError) {
                    result = .success(try file.identity())
                    opened.put(UploadSource(file: file, path: path), of: id)
                } catch {
                    file.close()
                    throw error
                }
            } catch {
                result = .failure(error)
            }
            inbox.post([.sourceOpened(id, result)])
        }
    }

    /// The machine is about to hear that its source is open.
    func sourceOpened(_ id: TransferID) {
        sources[id] = opened.take(id)
    }

    func closeSource(_ id: TransferID) {
        guard let source = sources.removeValue(forKey: id) else { return }
        supply.forget(id)
        supply.afterReadings { source.file.close() }
        forgetIfIdle(id)
    }

    // MARK: Requests

    func send(_ order: UploadOrder) {
        let request = UploadRequest(order: order)
        requests[order.id] = request
        guard case .chunk(_, let range, let offer) = order.task else { return start(request) }
        guard let source = sources[order.transfer] else {
            let error = TransferError(.fileFailure, "the file is not open any more")
            return settle(order.id, .failed(error, retryAfter: nil))
        }
        let wish = ChunkSupply.Wish(
            transfer: order.transfer, range: range, source: source, identity: order.source,
            needsMD5: offer.map { $0.sha256 == nil } ?? mayMeetItself(order))
        guard let chunk = supply.want(wish, for: order.id) else { return }
        request.prepared(chunk)
        start(request)
    }

    /// Whether a file may be there already that was sent as one object, by a try that seemed to fail. A store without
    /// checksums knows it by its MD5.
    private func mayMeetItself(_ order: UploadOrder) -> Bool {
        order.needsFreshConnection && order.plan.count == 1 && RemoteKind(order.destination) == .s3
    }

    /// Ends a request; `nil` if it is none of ours.
    func cancel(_ id: RequestID) -> UploadReport? {
        guard requests[id] != nil else { return nil }
        transport.cancel(id)
        supply.unclaim(id)
        return conclude(id, .cancelled)
    }

    /// A request has ended on the network. Returns whether it is one of ours.
    func ended(_ end: TransportEnd) -> Bool {
        guard let request = requests[end.id] else { return false }
        let now = parts.clock.wallTime()
        take(memories.with(request.order) { request.ended(end, &$0, now: now) }, request)
        return true
    }

    /// Goes on with what waited for other threads. Returns what is over.
    func goOn() -> [(RequestID, UploadReport)] {
        for (id, result) in supply.takeReady() { chunkIsRead(id, result) }
        for (id, request) in requests where request.body?.isPaused == true && request.body?.isReady == true {
            transport.resume(id)
        }
        defer { settled = [] }
        return settled
    }

    private func chunkIsRead(_ id: RequestID, _ result: Result<PreparedChunk, TransferError>) {
        switch result {
        case .success(let chunk):
            // It may have been cancelled meanwhile.
            guard let request = requests[id] else { return chunk.window.release() }
            request.prepared(chunk)
            start(request)
        case .failure(let error): settle(id, .failed(error, retryAfter: nil))
        }
    }

    /// Access was looked up. Some of those who waited are none of ours, or have been cancelled meanwhile.
    func accessIsFound(_ finding: AccessLookups.Finding) {
        for request in finding.requests.compactMap({ requests[$0] }) {
            switch finding.result {
            case .success(let access):
                memories.with(request.order) { $0.access = access }
                start(request)
            case .failure(let error):
                let now = parts.clock.wallTime()
                if memories.with(request.order, { request.renewal.canDoWithout($0, now: now) }) {
                    start(request)
                } else {
                    settle(request.order.id, .failed(error, retryAfter: nil))
                }
            }
        }
    }

    // MARK: Conversations

    private func start(_ request: UploadRequest) {
        let now = parts.clock.wallTime()
        let step = memories.with(request.order) { memory in
            request.renewal.begins(memory, now: now)
                ? .needsAccess(isReload: true) : request.next(&memory, version: parts.version, now: now)
        }
        take(step, request)
    }

    private func take(_ step: DialogueStep, _ request: UploadRequest) {
        let order = request.order
        switch step {
        case .send(let message):
            transport.start(
                order.id, message.request, body: request.begin(message), options: connectionOptions(of: order),
                receiver: request)
        case .needsAccess(let isReload):
            lookups.lookUp(order.options.store, isReload: isReload, for: order.id)
        case .done(let outcome): settle(order.id, outcome)
        }
    }

    private func connectionOptions(of order: UploadOrder) -> ConnectionOptions {
        var options = ConnectionOptions(order.options, settings)
        options.needsFreshConnection = order.needsFreshConnection
        if case .complete = order.task {
            // Whoever puts a large file together may say nothing for minutes.
            options.stallTimeout = max(options.stallTimeout, Self.completionPatience)
        }
        if order.task == .abort, RemoteKind(order.destination) == .http {
            // A courtesy, which must not keep anybody waiting.
            options.connectTimeout = min(options.connectTimeout, .seconds(5))
            options.stallTimeout = min(options.stallTimeout, .seconds(5))
        }
        return options
    }

    private func settle(_ id: RequestID, _ outcome: UploadReport.Outcome) {
        guard let report = conclude(id, outcome) else { return }
        settled.append((id, report))
        inbox.wake()
    }

    private func conclude(_ id: RequestID, _ outcome: UploadReport.Outcome) -> UploadReport? {
        guard let request = requests.removeValue(forKey: id) else { return nil }
        let order = request.order
        if case (.chunk(let index, _, _), .stored) = (order.task, outcome) {
            memories.with(order) { $0.digests[index] = nil }
        }
        forgetIfIdle(order.transfer)
        return request.conclude(outcome)
    }

    private func forgetIfIdle(_ transfer: TransferID) {
        guard sources[transfer] == nil, !requests.values.contains(where: { $0.order.transfer == transfer }) else {
            return
        }
        memories.forget(transfer)
    }

    /// Ends the reading threads.
    func finish() {
        supply.finish()
    }
}
