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
        let notBefore: Instant
        let failures: Int
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
    /// No control request before this, how often the last one has failed in a row, and why it did.
    var controlNotBefore: Instant = .zero
    var controlFailures = 0
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
    /// An upload that is given up and that the server is to be told of.
    var abandoned: UploadBookmark?
    /// Whether the answer to ``Effect/saveFirst(_:)`` is awaited.
    var isSaving = false
    /// Whether the engine stops: nothing new is begun.
    var isStopping = false
    var rate = RateEstimator()

    /// Begins a run.
    ///
    /// - Parameter abandoned: An earlier upload of the transfer that was given up; the server is told of that first.
    public init(record: TransferRecord, settings: EngineSettings, seed: UInt64, abandoned: UploadBookmark? = nil) {
        self.settings = settings
        self.record = record
        self.abandoned = abandoned
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
    var isFinishing: Bool { phase == .concluding }

    var weight: RunWeight {
        switch phase {
        case .concluding, .closing, .ended: .finishing
        case .opening, .loading, .recording: .unknown
        default: table.plan.size > settings.openingLength ? .large : .small
        }
    }

    var address: String { (abandoned ?? record.upload)?.address ?? record.destination }

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
        case .registering, .asking, .completing, .aborting: return controlNotBefore > now ? controlNotBefore : nil
        case .sending:
            var wishes = retries.map(\.notBefore)
            if !doubtful.isEmpty, control == nil { wishes.append(questionTime) }
            return wishes.filter { $0 > now }.min()
        default: return nil
        }
    }

    mutating func nextRequest(id: RequestID, at now: Instant) -> Effect? {
        guard let task = nextTask(id, now), let upload = abandoned ?? record.upload else { return nil }
        let isRetry =
            switch task {
            case .chunk: sending[id]?.failures ?? 0 > 0
            default: controlFailures > 0
            }
        return .send(
            UploadOrder(
                id: id, transfer: record.id, task: task, address: address, plan: upload.plan, mode: mode,
                destination: record.destination, source: upload.source, options: record.options,
                needsFreshConnection: isRetry))
    }

    mutating func retryNow() {
        controlNotBefore = .zero
        retries = retries.map { Retry(chunk: $0.chunk, notBefore: .zero, failures: 0) }
        doubtful = doubtful.map { Retry(chunk: $0.chunk, notBefore: .zero, failures: 0) }
    }

    mutating func progress(_ offsets: [RequestID: Int64]) {
        for (id, running) in sending {
            guard let offset = offsets[id] else { continue }
            sending[id]?.sent = max(0, offset - table.plan.range(of: running.chunk).start)
        }
    }

    /// Nothing happens by time alone.
    mutating func timer(_ moment: Moment) {}

    // MARK: Beginning

    mutating func start(_ moment: Moment) {
        record.error = nil
        source = .opening
        effects.append(.openSource(record.id, path: record.source))
    }

    mutating func sourceOpened(_ result: Result<SourceIdentity, TransferError>, _ moment: Moment) {
        source = .closed
        if case .success = result { source = .open }
        guard phase == .opening else { return settleClosing(moment) }
        switch result {
        case .failure(let error): close(.failed(error), moment)
        case .success(let source): begin(source, moment)
        }
    }

    private mutating func begin(_ source: SourceIdentity, _ moment: Moment) {
        guard source.size <= ChunkPlan.maximumSize else {
            return close(.failed(TransferError(.unsupported, "the file is larger than 64 TiB")), moment)
        }
        guard kind != .s3 || source.size <= ChunkPlan.largestObject else {
            return close(.failed(TransferError(.tooLarge, "the file is larger than 48.8 TiB")), moment)
        }
        if abandoned != nil { return close(.restart, moment) }
        guard let upload = record.upload else { return beginAnew(source, moment) }
        guard upload.source == source else {
            // Nothing of the old content was sent.
            if upload.address == nil { return beginAnew(source, moment) }
            let detail = "\(record.source) has changed since its upload began"
            return close(.failed(TransferError(.sourceChanged, detail)), moment)
        }
        if upload.address == nil {
            // The last run may have ended before its key was stored, or after the remote had heard it.
            mayBeRegistered = true
            phase = .recording
            saveFirst()
        } else {
            phase = .loading
            effects.append(.loadBookmark(record.id))
        }
    }

    /// The first step of a new upload: its key is stored before the server hears of it.
    private mutating func beginAnew(_ source: SourceIdentity, _ moment: Moment) {
        if record.bytesDone > 0 || record.upload != nil { effects.append(.forgetChunks(record.id)) }
        record.forgetProgress()
        let wish = record.options.chunkSize
        let chunkSize =
            switch kind {
            case .http: ChunkPlan.uploadChunkSize(forSize: source.size, wish: wish)
            case .s3: ChunkPlan.partSize(forSize: source.size, wish: wish)
            }
        record.upload = UploadBookmark(
            key: makeKey(), source: source, chunkSize: chunkSize, begunAt: moment.wall)
        mayBeRegistered = false
        table = ChunkTable(plan: ChunkPlan(size: source.size, exactChunkSize: chunkSize))
        phase = .recording
        saveFirst()
    }

    private mutating func makeKey() -> String {
        func digits(_ number: UInt64) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return digits(random.next()) + digits(random.next())
    }

    mutating func bookmarkLoaded(_ bookmark: [ChunkBookmark], _ moment: Moment) {
        guard phase == .loading else { return }
        // Rows that cannot be of this upload are not believed.
        self.bookmark = bookmark.filter {
            $0.index >= 0 && $0.index < table.count && $0.bytes == table.plan.range(of: $0.index).length
        }
        receipts = [:]
        for chunk in self.bookmark { hold(chunk.receipt, of: chunk.index) }
        phase = .asking
    }

    mutating func saved(_ moment: Moment) {
        isSaving = false
        switch phase {
        case .recording where record.upload?.address == nil: phase = .registering
        case .recording:
            phase = .sending
            rate.start(at: moment.now)
            completeIfAcknowledged()
        case .concluding:
            note(.success, "complete", moment)
            close(.completed, moment)
        default: settleClosing(moment)
        }
    }

    mutating func notSaved(_ error: TransferError, _ moment: Moment) {
        isSaving = false
        fileFailed(error, moment)
    }

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
