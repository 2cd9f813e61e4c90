/// The state machine of one running download: takes what happened, answers with what is to be done.
///
/// The life of a run and what it may ask for are those of every ``TransferMachine``.
public struct DownloadMachine: TransferMachine {
    enum Phase: Sendable, Equatable {
        /// The bookmark of an earlier run is being read.
        case loading
        /// The part file of an earlier run is being opened.
        case reopening
        /// The first request is wanted or under way.
        case probing
        /// The first answer has come; its file is being made.
        case creating
        /// Spans are fetched.
        case fetching
        /// Everything is written; the file is being checked and renamed.
        case finishing
        /// Requests end and the file closes, and then…
        case closing(RunEnding)
        case ended(RunEnding)
    }

    enum FileState: Sendable, Equatable { case none, opening, open, closing }

    let settings: EngineSettings
    var random: SeededRandom
    var effects: [Effect] = []

    var record: TransferRecord
    var phase: Phase
    var file = FileState.none
    var table: ChunkTable
    var planner: SpanPlanner
    /// The running request that compares an overlap, if any.
    var comparing: RequestID?
    /// Whether an overlap has to be compared before anything is fetched.
    var needsComparison = false
    /// Nothing is asked before this, and how often the first request has failed.
    var openingNotBefore: Instant = .zero
    var openingFailures = 0
    /// How often the transfer started over in this run.
    var restarts = 0
    /// The server cannot be trusted with ranges: the whole file is fetched with one request.
    var isSingleStream = false
    /// A server that answered 200 to a conditional range gets unconditional ones from then on.
    var omitsPrecondition = false
    /// How often a redirected address was given up for the original one without a byte in between.
    var reResolutions = 0
    /// What running requests were made with, for answers that come after the machine has changed its mind.
    var sent: [RequestID: (address: String, isConditional: Bool)] = [:]
    /// The engine stops as soon as the end of the transfer is decided.
    var isStopping = false
    var rate = RateEstimator()
    /// What running requests were answered with.
    var heads: [RequestID: RunningAnswer] = [:]
    var measures = TransferMeasures()
    /// How many chunks were kept from the run before.
    var chunksKept = 0

    /// Begins a run.
    public init(record: TransferRecord, settings: EngineSettings, seed: UInt64) {
        self.settings = settings
        self.record = record
        random = SeededRandom(seed: seed)
        phase = .probing
        let chunkSize = record.version?.chunkSize ?? ChunkPlan.chunkSize(forSize: nil, wish: record.options.chunkSize)
        table = ChunkTable(size: record.version?.size, chunkSize: chunkSize)
        planner = SpanPlanner(chunkSize: chunkSize)
    }

    /// What the machine holds for the store.
    public var currentRecord: TransferRecord { record }

    /// How the run ended; `nil` while it lasts.
    public var ending: RunEnding? {
        if case .ended(let ending) = phase { return ending }
        return nil
    }

    var pendingEnding: RunEnding? {
        if case .closing(let ending) = phase { return ending }
        return nil
    }

    /// A file that is getting its name gets it.
    var isFinishing: Bool { phase == .finishing }

    var weight: RunWeight {
        switch phase {
        case .finishing, .closing, .ended: .finishing
        case .fetching where (record.version?.size ?? .max) > settings.openingLength: .large
        case .fetching: .small
        default: .unknown
        }
    }

    // MARK: Events

    /// The first event of a run.
    mutating func start(_ moment: Moment) {
        record.error = nil
        guard let version = record.version, record.part != nil, record.finalPath != nil else {
            // The last run ended before its file was known, or its file is to be thrown away.
            if record.version != nil || record.part != nil || record.bytesDone > 0 { forgetLastRun() }
            return beginFresh()
        }
        // What is all there, or was about to get its name, needs no server that can resume.
        let isWhole = record.state == .verifying || record.bytesDone == version.size
        if version.size != nil, version.isResumable || isWhole {
            phase = .loading
            effects.append(.loadBookmark(record.id))
        } else {
            explain("the server cannot resume: starting over from 0", moment)
            forgetLastRun()
            beginFresh()
        }
    }

    /// Gets rid of what an earlier run left. The row in the store still names its file until there is another one, so
    /// that a crash before the file is deleted leaves nothing behind that nobody knows.
    private mutating func forgetLastRun() {
        dropPart()
        record.forgetProgress()
        effects.append(.forgetChunks(record.id))
        table = ChunkTable(size: nil, chunkSize: ChunkPlan.chunkSize(forSize: nil, wish: record.options.chunkSize))
    }

    mutating func bookmarkLoaded(_ bookmark: [ChunkBookmark], _ moment: Moment) {
        guard phase == .loading, let version = record.version, let size = version.size, let part = record.part,
            let finalPath = record.finalPath
        else { return }
        table = ChunkTable(size: size, chunkSize: version.chunkSize)
        // Rows that cannot be of this version are not believed.
        let bookmark = bookmark.filter {
            $0.index >= 0 && $0.index < table.count && $0.bytes <= table.plan.range(of: $0.index).length
        }
        table.restore(bookmark)
        phase = .reopening
        file = .opening
        let done = bookmark.filter { $0.bytes > 0 }.map(\.index)
        var samples = Set(done.last.map { [$0] } ?? [])
        for _ in 0..<settings.spotChecks {
            if let index = done.randomElement(using: &random) { samples.insert(index) }
        }
        effects.append(
            .openFile(
                record.id,
                .reopen(
                    finalPath: finalPath, identity: part, plan: table.plan, bookmark: bookmark,
                    samples: samples.sorted())))
    }

    mutating func fileOpened(_ result: Result<FileOpening, TransferError>, _ moment: Moment) {
        file = .none
        switch result {
        case .success(.created(let identity, let finalPath)):
            file = .open
            record.part = identity
            record.finalPath = finalPath
            guard phase == .creating else {
                if keepsFile { effects.append(.save(record)) }
                return settleClosing(moment)
            }
            effects.append(.save(record))
            phase = .fetching
            planner.partition(into: connectionLimit)
            finishIfComplete(moment)
        case .success(.reopened(let damaged)):
            file = .open
            guard phase == .reopening else { return settleClosing(moment) }
            reopened(damaged: damaged, moment)
        case .success(.inPlace):
            guard phase == .reopening else { return settleClosing(moment) }
            explain("the file was complete already", moment)
            record.state = .completed
            record.finishedAt = moment.wall
            record.bytesDone = table.bytesDone
            record.chunksDone = table.chunksDone
            end(.completed)
            effects.append(.save(record))
        case .failure(let error):
            if error.code == .partLost, phase == .reopening {
                // It may be ours all the same, cut short, and its name is needed.
                dropPart()
                record.finishedAt = nil
                restart(because: error.detail.description, moment)
            } else if case .closing = phase {
                settleClosing(moment)
            } else {
                close(.failed(error), moment)
            }
        }
    }

    mutating func bookmarked(_ chunks: [ChunkBookmark], _ moment: Moment) {
        let before = table.bytesDone
        for chunk in chunks { table.setSafe(chunk) }
        record.bytesDone = table.bytesDone
        record.chunksDone = table.chunksDone
        guard table.bytesDone > before else { return }
        rate.add(table.bytesDone - before, at: moment.now)
        measures.history.add(table.bytesDone - before, at: moment.now)
    }

    mutating func fileFailed(_ error: TransferError, _ moment: Moment) {
        switch phase {
        case .closing, .ended: break
        default: close(.failed(error), moment)
        }
    }

    mutating func fileClosed(_ moment: Moment) {
        file = .none
        settleClosing(moment)
    }

    mutating func finished(_ result: Result<FinishedFile, TransferError>, _ moment: Moment) {
        guard phase == .finishing else { return }
        file = .none
        switch result {
        case .success(let finished):
            record.state = .completed
            record.sha256 = finished.sha256
            record.finishedAt = finished.finishedAt
            record.bytesDone = table.bytesDone
            record.chunksDone = table.chunksDone
            note(.success, "complete", moment)
            end(.completed)
        case .failure(let error):
            // The file stays open for a moment: whatever is written is bookmarked, and then it closes.
            file = .open
            phase = .fetching
            if error.code == .partLost, !isStopping { return restart(because: error.detail.description, moment) }
            close(isStopping ? .suspended : .failed(error), moment)
        }
    }

    mutating func progress(_ offsets: [RequestID: Int64], at now: Instant) {
        for (id, span) in planner.running {
            guard let offset = offsets[id], offset > span.received else { continue }
            var answer = heads[id]
            measure(&answer, from: span.received, to: offset, at: now)
            heads[id] = answer
            advance(id, from: span.received, to: offset)
        }
    }

    /// Looks after spans that crawl.
    mutating func timer(_ moment: Moment) {
        guard phase == .fetching, planner.gaps.isEmpty, planner.running.count > 2,
            let crawler = planner.crawler(at: moment.now)
        else { return }
        note(.info, "request at byte \(planner.running[crawler]?.received ?? 0) crawls and is made again", moment)
        effects.append(.cancel(crawler))
    }

    /// Nothing that could not wait.
    mutating func remoteIsClosed(_ moment: Moment) {}

    // MARK: Parts of the above

    mutating func explain(_ text: String, _ moment: Moment) {
        record.explanation = text
        note(.info, text, moment)
    }

    mutating func note(_ kind: EngineEvent.Kind, _ text: String, _ moment: Moment) {
        effects.append(.note(EngineEvent(at: moment.wall, transfer: record.id, kind: kind, text: SafeText(text))))
    }

    mutating func beginFresh() {
        phase = .probing
        planner.want(ByteRange(0, isSingleStream ? .max : settings.openingLength))
    }

    private mutating func reopened(damaged: [Int], _ moment: Moment) {
        for index in damaged { table.reset(index) }
        if !damaged.isEmpty {
            let progress = StoredProgress(bytesDone: table.bytesDone, chunksDone: table.chunksDone)
            effects.append(.dropChunks(record.id, damaged, progress))
            note(.problem, "\(damaged.count) of the sampled chunks changed on disk and are fetched again", moment)
        }
        record.bytesDone = table.bytesDone
        record.chunksDone = table.chunksDone
        chunksKept = table.chunksDone
        for range in table.missing() { planner.want(range) }
        planner.partition(into: connectionLimit)
        if planner.isComplete {
            phase = .fetching
            explain("all \(table.count) chunks were there already", moment)
            return finishIfComplete(moment)
        }
        guard record.version?.isResumable == true else {
            return restart(because: "the server cannot resume", moment)
        }
        needsComparison = !(record.version?.validator.isStrong ?? false) && table.bytesDone > 0
        phase = .probing
    }

    mutating func finishIfComplete(_ moment: Moment) {
        guard phase == .fetching, file == .open, planner.isComplete, comparing == nil else { return }
        guard let finalPath = record.finalPath, let part = record.part, let size = record.version?.size else { return }
        phase = .finishing
        var digests: [ExpectedDigest] = []
        if let digest = record.options.sha256 { digests.append(ExpectedDigest(sha256: digest, origin: .user)) }
        if let digest = record.version?.digest, record.version?.contentEncoding == nil {
            digests.append(ExpectedDigest(sha256: digest, origin: .server))
        }
        record.state = .verifying
        effects.append(
            .finish(
                record.id,
                FinishOrder(
                    finalPath: finalPath, part: part, size: size, overwrite: record.options.overwrite,
                    digests: digests, checksum: record.version?.checksum, intent: record)))
    }

    /// Shows which chunks a running request has reached.
    mutating func advance(_ id: RequestID, from: Int64, to offset: Int64) {
        planner.progressed(id, to: offset)
        guard let version = record.version else { return }
        if version.size == nil { table.grow(to: offset) }
        let first = Int(from / version.chunkSize)
        let last = Int(offset / version.chunkSize)
        if first < last { for index in first..<last { table.mark(index, .verifying) } }
        if let span = planner.running[id], offset < span.range.end { table.mark(last, .active) }
    }
}
