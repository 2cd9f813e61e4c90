/// The state machine of one running upload: takes what happened, answers with what is to be done.
///
/// The server's database holds the bookmark: whatever this side believes, a run begins by asking what is there, and a
/// request whose answer was lost is followed by a question rather than by the same bytes again.
public struct UploadMachine: TransferMachine {
    enum Phase: Sendable, Equatable {
        /// The file is being opened.
        case opening
        /// The receipts of an earlier run are being read.
        case loading
        /// Something is on its way to the store that must be there before the next request.
        case recording
        /// The upload is unknown to the server, as far as is known.
        case registering
        /// The server is asked what it has.
        case asking
        case sending
        /// Everything is there; the server puts the file in its place.
        case completing
        /// The completion is on its way to the store.
        case concluding
        /// The server is told to forget the upload, and then…
        case aborting(RunEnding)
        /// Requests end, and then…
        case closing(RunEnding)
        case ended(RunEnding)
    }

    enum SourceState: Sendable, Equatable { case closed, opening, open }

    /// One chunk under way.
    struct Sending: Sendable, Equatable {
        let chunk: Int
        let startedAt: Instant
        let failures: Int
        /// Handed to the connection, in bytes from the start of the chunk.
        var sent: Int64 = 0
    }

    /// A chunk whose last try failed.
    struct Retry: Sendable, Equatable {
        let chunk: Int
        var notBefore: Instant
        let failures: Int
        /// Whether it waits because nothing was heard of the remote.
        var isOutage = false
    }

    let settings: EngineSettings
    var random: SeededRandom
    var effects: [Effect] = []

    var record: TransferRecord
    var phase = Phase.opening
    var table: ChunkTable
    var source = SourceState.closed
    var sending: [RequestID: Sending] = [:]
    /// The running request that is not a chunk.
    var control: RequestID?
    /// No control request before this, how often the last one has failed in a row, and whether the next one waits
    /// because nothing was heard of the remote.
    var controlNotBefore: Instant = .zero
    var controlFailures = 0
    var isControlOutage = false
    /// The lowest chunk that may not have been tried in this run, and how many there are.
    var nextChunk = 0
    var untried = 0
    var retries: [Retry] = []
    /// Chunks whose bytes all went out and whose answer never came: the server is asked before they go out again.
    var doubtful: [Retry] = []
    /// How many of them, from the first, the running question is about.
    var doubtsAsked = 0
    /// What the server has acknowledged, stored here or not yet.
    var acknowledged = StoredProgress(bytesDone: 0, chunksDone: 0)
    /// Chunks that an earlier run has receipts for.
    var bookmark: [ChunkBookmark] = []
    /// What proves the acknowledged chunks, kept where the remote has to be shown it.
    var receipts: [Int: Receipt] = [:]
    /// What the remote has in the place of chunks that are not known to be ours.
    var offers: [Int: Receipt] = [:]
    /// Where the remote wants the chunks sent.
    var mode = UploadMode.direct
    /// Whether the remote may know the upload although its answer never came.
    var mayBeRegistered = false
    var restarts = 0
    /// How often the server has said that it lacks chunks, after it had named all of them.
    var incompleteAnswers = 0
    /// Whether everything was sent and the server is asked to put the file in its place; and how often the upload was
    /// given up after that.
    var isAllSent = false
    var restartsOfTheWhole = 0
    /// Whether the remote may be told now of the uploads that were given up, and until when that is tried.
    var mayAbort = true
    var abortUntil: Instant?
    /// Whether the run waits for the answer to a registration only to take note of what it began.
    var awaitsRegistration = false
    /// Whether the answer to ``Effect/saveFirst(_:)`` is awaited.
    var isSaving = false
    /// Whether the engine stops: nothing new is begun.
    var isStopping = false
    var rate = RateEstimator()
    /// Of bytes that were handed to connections.
    var sentRate = RateEstimator()
    var measures = TransferMeasures()

    /// Begins a run. The remote is first told of what earlier runs have given up.
    public init(record: TransferRecord, settings: EngineSettings, seed: UInt64) {
        self.settings = settings
        self.record = record
        random = SeededRandom(seed: seed)
        table = record.upload.map { ChunkTable(plan: $0.plan) } ?? ChunkTable(size: nil, chunkSize: 1)
    }

    // MARK: What the queue asks

    public var currentRecord: TransferRecord { record }

    public var ending: RunEnding? {
        if case .ended(let ending) = phase { return ending }
        return nil
    }

    var pendingEnding: RunEnding? {
        switch phase {
        case .closing(let ending), .aborting(let ending): ending
        default: nil
        }
    }

    /// The completion that is being recorded cannot be taken back.
    var isFinishing: Bool { phase == .concluding || pendingEnding == .completed }

    var weight: RunWeight {
        switch phase {
        case .concluding, .closing, .ended: .finishing
        case .opening, .loading, .recording: .unknown
        default: table.plan.size > settings.openingLength ? .large : .small
        }
    }

    var address: String {
        if case .aborting = phase, let address = record.abandoned.first { return address }
        return record.upload?.address ?? record.destination
    }

    var kind: RemoteKind { RemoteKind(record.destination) }

    /// Whether a chunk that was not tried yet may go out. Chunks that wait for another try keep their connection, or
    /// a server in trouble would be asked for every chunk of the file in turn.
    var hasFreeConnection: Bool {
        sending.count + retries.count + doubtful.count < max(1, record.options.connections)
    }

    func wantsRequest(at now: Instant) -> Bool {
        switch phase {
        case .registering, .asking, .completing, .aborting: return control == nil && now >= controlNotBefore
        case .sending:
            if isQuestionDue(now) { return true }
            return retries.contains { $0.notBefore <= now } || untried > 0 && hasFreeConnection
        default: return false
        }
    }

    func nextWish(after now: Instant) -> Instant? {
        switch phase {
        case .registering, .asking, .completing: return controlNotBefore > now ? controlNotBefore : nil
        case .aborting: return [controlNotBefore, abortUntil ?? .zero].filter { $0 > now }.min()
        case .sending:
            var wishes = retries.map(\.notBefore)
            if !doubtful.isEmpty, control == nil { wishes.append(questionTime) }
            return wishes.filter { $0 > now }.min()
        default: return nil
        }
    }

    mutating func nextRequest(id: RequestID, at now: Instant) -> Effect? {
        guard let task = nextTask(id, now) else { return nil }
        let needsFreshConnection =
            switch task {
            case .chunk: sending[id]?.failures ?? 0 > 0
            // The transport may repeat what it sent on a connection that was dead already, and at an object store each
            // time begins an upload.
            case .register: kind == .s3 || controlFailures > 0
            default: controlFailures > 0
            }
        return .send(
            UploadOrder(
                id: id, transfer: record.id, task: task, address: address,
                plan: record.upload?.plan ?? ChunkPlan(size: 0, exactChunkSize: 1), mode: mode,
                destination: record.destination, source: record.upload?.source ?? .nothing, options: record.options,
                needsFreshConnection: needsFreshConnection))
    }

    mutating func retryNow() {
        controlNotBefore = .zero
        retries = retries.map { Retry(chunk: $0.chunk, notBefore: .zero, failures: 0) }
        doubtful = doubtful.map { Retry(chunk: $0.chunk, notBefore: .zero, failures: 0) }
    }

    mutating func progress(_ offsets: [RequestID: Int64], at now: Instant) {
        var moved: Int64 = 0
        for (id, running) in sending {
            guard let offset = offsets[id] else { continue }
            let sent = max(0, offset - table.plan.range(of: running.chunk).start)
            // A connection that was dead is begun again from 0.
            moved += max(0, sent - running.sent)
            sending[id]?.sent = sent
        }
        guard moved > 0 else { return }
        sentRate.add(moved, at: now)
        measures.history.add(moved, at: now)
    }

    /// Nothing happens by time alone.
    mutating func timer(_ moment: Moment) {}

    // MARK: Parts of the above

    /// Has the store keep the record before anything else happens.
    mutating func saveFirst() {
        isSaving = true
        effects.append(.saveFirst(record))
    }

    mutating func explain(_ text: String, _ moment: Moment) {
        record.explanation = text
        note(.info, text, moment)
    }

    mutating func note(_ kind: EngineEvent.Kind, _ text: String, _ moment: Moment) {
        effects.append(.note(EngineEvent(at: moment.wall, transfer: record.id, kind: kind, text: SafeText(text))))
    }
}
