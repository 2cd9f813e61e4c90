import Logging
import TransferCore
import WireProtocols

/// Carries out effects: starts requests, moves files, talks to the committer. Lives on the engine's thread.
final class EffectExecutor {
    /// Buffers of 1 MiB: with everything else the engine stays well below 100 MiB.
    private static let buffers = 48
    private static let bufferSize = 1 << 20

    let transport: any Transport
    let parts: Engine.Parts
    private let settings: EngineSettings
    let inbox: EngineInbox
    private let committer: Committer
    let writers: [WorkQueue]
    /// For work that reads whole files.
    private let verifier: FileVerifier
    private let downloads: DownloadExecutor
    private let uploads: UploadExecutor
    private let lookups: AccessLookups
    /// Receipts that are not on their way to the store yet.
    private var receipts: [TransferID: CommitWork.Receipts] = [:]
    let opened = OpenedFiles<PartSession>()
    private var events: [Event] = []

    init(transport: any Transport, parts: Engine.Parts, settings: EngineSettings, inbox: EngineInbox) {
        self.transport = transport
        self.parts = parts
        self.settings = settings
        self.inbox = inbox
        let pool = BufferPool(count: Self.buffers, bufferSize: Self.bufferSize) { inbox.wake() }
        writers = [WorkQueue(name: "write-0"), WorkQueue(name: "write-1")]
        let post: @Sendable ([Event]) -> Void = { inbox.post($0) }
        committer = Committer(
            store: parts.store, fileSystem: parts.fileSystem, clock: parts.clock, logger: parts.logger, post: post)
        verifier = FileVerifier(fileSystem: parts.fileSystem, committer: committer, post: post)
        lookups = AccessLookups(source: parts.access) { inbox.wake() }
        downloads = DownloadExecutor(
            transport: transport, parts: parts, settings: settings, inbox: inbox, pool: pool, committer: committer,
            writers: writers, memories: RemoteMemories(), lookups: lookups)
        uploads = UploadExecutor(
            transport: transport, parts: parts, settings: settings, inbox: inbox, pool: pool,
            memories: RemoteMemories(),
            lookups: lookups)
    }

    // MARK: Events

    var hasEvents: Bool { !events.isEmpty || downloads.hasAccepted }

    /// What happened on this thread since the last call.
    func takeEvents() -> [Event] {
        defer { events = [] }
        return downloads.takeAccepted() + events
    }

    /// How far every running request is.
    func progress() -> [RequestID: Int64] {
        downloads.progress().merging(uploads.progress()) { $1 }
    }

    /// Takes note of events that concern the executor before the machines hear of them.
    func prepare(_ events: [Event]) {
        for event in events {
            switch event {
            case .sourceOpened(let id, .success): uploads.sourceOpened(id)
            case .fileOpened(let id, .success):
                if let session = opened.take(id) { downloads.opened(session) }
            case .finished(let id, .success), .fileClosed(let id): downloads.closed(id)
            case .requestEnded(let id, _): downloads.settled(id)
            case .shutdown: verifier.cancel()
            default: break
            }
        }
        // Only now can bodies go on that came before their file was open.
        for event in events {
            if case .fileOpened(let id, .success) = event { downloads.attach(id) }
        }
    }

    /// Requests have ended on the network.
    func ended(_ ends: [TransportEnd]) {
        for end in ends where !uploads.ended(end) { downloads.ended(end) }
        for finding in lookups.takeFindings() {
            downloads.accessIsFound(finding)
            uploads.accessIsFound(finding)
        }
        downloads.goOn()
        for (id, report) in uploads.goOn() { events.append(.answered(id, report)) }
    }

    /// Whether receipts wait for ``handOver()``.
    var hasReceipts: Bool { !receipts.isEmpty }

    /// Hands over what lies in memory: bytes of requests that have become slow, and the receipts that have gathered.
    func handOver() {
        downloads.handOver()
        guard !receipts.isEmpty else { return }
        var work = CommitWork()
        takeReceipts(into: &work)
        committer.submit { $0.merge(work) }
    }

    private func takeReceipts(into work: inout CommitWork) {
        work.receipts = receipts
        receipts = [:]
    }

    /// Does everything that was begun, and ends the helpers.
    func finish() {
        handOver()
        lookups.finish()
        uploads.finish()
        for writer in writers { writer.finish() }
        verifier.finish()
        committer.finish()
    }

    // MARK: Effects

    func carryOut(_ effects: [Effect]) {
        var work = CommitWork()
        // What was acknowledged before is recorded before.
        takeReceipts(into: &work)
        for effect in effects {
            switch effect {
            case .request(let order): downloads.request(order)
            case .shorten(let id, let end): downloads.shorten(id, to: end)
            case .cancel(let id):
                if let report = uploads.cancel(id) {
                    events.append(.answered(id, report))
                    continue
                }
                downloads.cancel(id)
            case .send(let order): uploads.send(order)
            case .openSource(let id, let path): uploads.openSource(id, path)
            case .closeSource(let id): uploads.closeSource(id)
            case .keepReceipt(let id, let chunk, let progress): work.keep(chunk, progress, of: id)
            case .saveFirst(let record):
                work.save(record)
                work.awaited.append(record.id)
            case .openFile(let id, let order): open(id, order)
            case .closeFile(let id, let delete):
                guard let session = downloads.sessions[id] else {
                    events.append(.fileClosed(id))
                    continue
                }
                work.closing.append((session, delete))
            case .finish(let id, let order):
                guard let session = downloads.sessions[id] else { continue }
                if ContentCheck.isNeeded(order) {
                    verifier.compareContent(session, order)
                } else {
                    work.finishing.append(CommitWork.Finish(session: session, order: order, sha256: nil))
                }
            case .verify(let id, let order): verifier.verify(id, order)
            case .save(let record):
                work.save(record)
                // A file that one request will fill gets its final name at once.
                if let session = downloads.sessions[record.id], !session.file.isLinked, !record.state.isFinal,
                    record.version?.size ?? .max > settings.openingLength
                {
                    work.opened.append(session)
                }
            case .forgetChunks(let id): work.forgetChunks(id)
            case .dropChunks(let id, let indices, let progress):
                work.batch.progress[id] = progress
                work.batch.chunks[id, default: []] += indices.map { ChunkBookmark(index: $0, bytes: 0, checksum: 0) }
            case .remove(let id):
                verifier.forget(id)
                work.remove(id)
            case .insert(let wishes):
                let now = parts.clock.wallTime()
                let logger = parts.logger
                work.questions.append { store in
                    do {
                        return .added(try store.insert(wishes, at: now))
                    } catch {
                        logger.error("cannot add to the queue", metadata: ["error": "\(error)"])
                        return .added([])
                    }
                }
            case .keep(let id, let attempt): work.batch.attempts[id, default: []].append(attempt)
            case .loadBookmark(let id):
                work.questions.append { store in
                    do {
                        return .bookmarkLoaded(id, try store.loadChunks(of: id))
                    } catch {
                        return .fileFailed(id, TransferError(.fileFailure, "cannot read the bookmark: \(error)"))
                    }
                }
            case .loadChunk(let id, let index):
                work.questions.append { store in .chunkLoaded(id, index, try? store.loadChunk(index, of: id)) }
            case .keepHead: break
            case .loadDetail(let id):
                work.questions.append { store in
                    // What cannot be read is not shown.
                    .detailLoaded(
                        id, (try? store.loadChunks(of: id)) ?? [], (try? store.loadAttempts(of: id)) ?? [])
                }
            case .deleteFile(let path, let identity): delete(path, identity)
            case .note(let event): log(event)
            }
        }
        if work.canWait {
            receipts = work.receipts
        } else {
            committer.submit { $0.merge(work) }
        }
    }

    private func log(_ event: EngineEvent) {
        let transfer = event.transfer.map(\.description) ?? "-"
        let level: Logger.Level = event.kind == .problem ? .warning : .info
        parts.logger.log(level: level, "\(event.text)", metadata: ["transfer": "\(transfer)"])
    }
}
