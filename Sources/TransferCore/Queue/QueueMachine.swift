/// The state machine of the whole queue: which transfers run, which request goes out next, what is told to people.
///
/// Like every machine it takes what happened and the time, and answers with what is to be done, in order.
public struct QueueMachine: Sendable {
    struct Entry: Sendable {
        var record: TransferRecord
        /// There while the transfer runs.
        var machine: (any TransferMachine)?
        /// The remote that the user named, by which the queue is scheduled.
        let remote: String
        /// The chunks as last seen, for a transfer that does not run.
        var chunks: [ChunkStatus] = []
        /// The last tries at troubled chunks, oldest first.
        var attempts: [Attempt] = []
        /// What was measured, for a transfer that does not run.
        var measures = TransferMeasures()
        var heads = TroubledHeads()
        /// What to do once a run that is being ended has ended.
        var next: Next?
        var isBeingVerified = false

        enum Next: Sendable { case queue, verify, remove(withData: Bool) }
    }

    let settings: EngineSettings
    var random: SeededRandom
    var effects: [Effect] = []

    var entries: [TransferID: Entry] = [:]
    /// Queue order.
    var order: [TransferID] = []
    /// Queued transfers per remote, the next one last.
    var waiting: [String: [TransferID]] = [:]
    /// Transfers whose machine may want requests, in the order in which they began.
    var running: [TransferID] = []
    /// Transfers whose machine only waits for the disk, or for its end.
    var settling: Set<TransferID> = []
    var gates: [String: RemoteGate] = [:]
    var requests: [RequestID: (transfer: TransferID, remote: String)] = [:]
    var ramp: StartRamp
    var lastRequest: UInt64 = 0
    var isShuttingDown = false
    /// Only these transfers are started; `nil` for all.
    let only: Set<TransferID>?

    // What people are shown.
    var rows: [TransferSnapshot] = []
    var rowIndex: [TransferID: Int] = [:]
    var dirty: Set<TransferID> = []
    var log: [EngineEvent] = []
    var watched: TransferID?
    /// The chunk of it that is looked at, and what the store has of it.
    var inspected: (chunk: Int, bookmark: ChunkBookmark?)?
    var throughput = ThroughputHistory()
    var sequence: UInt64 = 0
    var commandsTaken: UInt64 = 0
    /// Additions that the store has not confirmed.
    var additionsUnderWay = 0
    var entriesBeingVerified = 0
    /// Whether ``order`` and ``rows`` still hold transfers that were forgotten.
    var hasGaps = false

    /// - Parameters:
    ///   - records: The queue as the store has it.
    ///   - seed: Decides every jitter.
    ///   - only: If given, other transfers are left as they are.
    public init(records: [TransferRecord], settings: EngineSettings, seed: UInt64, only: Set<TransferID>? = nil) {
        self.settings = settings
        self.only = only
        random = SeededRandom(seed: seed)
        ramp = StartRamp(floor: settings.maxActive, ceiling: settings.connectionsPerRemote)
        append(records)
    }

    /// Takes what happened, in order, and answers with what is to be done.
    public mutating func handle(_ events: [Event], at moment: Moment) -> [Effect] {
        for event in events { take(event, moment) }
        schedule(moment)
        closeRanks()
        defer { effects = [] }
        return effects
    }

    private mutating func take(_ event: Event, _ moment: Moment) {
        switch event {
        case .command(let command):
            commandsTaken += 1
            carryOut(command, moment)
        case .added(let records):
            additionsUnderWay -= 1
            append(records)
        case .detailLoaded(let id, let bookmark, let attempts): show(id, bookmark, attempts)
        case .chunkLoaded(let id, let chunk, let bookmark):
            if id == watched, chunk == inspected?.chunk { inspected?.bookmark = bookmark }
        case .bookmarkLoaded(let id, let chunks): with(id, moment) { $0.bookmarkLoaded(chunks, moment) }
        case .accepted(let id, let head):
            if let transfer = requests[id]?.transfer { accepted(transfer, id, head, moment) }
        case .requestEnded(let id, let report): requestEnded(id, report, moment)
        case .fileOpened(let id, let result): withDownload(id, moment) { $0.fileOpened(result, moment) }
        case .fileClosed(let id): withDownload(id, moment) { $0.fileClosed(moment) }
        case .sourceOpened(let id, let result): withUpload(id, moment) { $0.sourceOpened(result, moment) }
        case .saved(let id): withUpload(id, moment) { $0.saved(moment) }
        case .notSaved(let id, let error): withUpload(id, moment) { $0.notSaved(error, moment) }
        case .answered(let id, let report): answered(id, report, moment)
        case .bookmarked(let id, let chunks):
            let before = entries[id]?.machine?.table.bytesDone
            with(id, moment) { $0.bookmarked(chunks, moment) }
            if id == watched, let chunk = chunks.last(where: { $0.index == inspected?.chunk }) {
                inspected?.bookmark = chunk
            }
            if let before, let after = entries[id]?.machine?.table.bytesDone, after > before {
                throughput.add(after - before, at: moment.now)
            }
        case .fileFailed(let id, let error): with(id, moment) { $0.fileFailed(error, moment) }
        case .finished(let id, let result): withDownload(id, moment) { $0.finished(result, moment) }
        case .verified(let id, let result): verified(id, result, moment)
        case .progress(let offsets):
            for id in running { entries[id]?.machine?.progress(offsets, at: moment.now) }
        case .shutdown:
            isShuttingDown = true
            for id in running + settling.sorted() { with(id, moment) { $0.close(.suspended, moment) } }
        case .timer:
            for id in running { with(id, moment) { $0.timer(moment) } }
        }
    }

    /// Whether nothing moves, and nothing will without a command.
    public var isIdle: Bool {
        running.isEmpty && settling.isEmpty && entriesBeingVerified == 0 && additionsUnderWay == 0
            && (isShuttingDown || waiting.values.allSatisfy(\.isEmpty))
    }

    /// Whether a shutdown has come to its end.
    public var isStopped: Bool {
        isShuttingDown && running.isEmpty && settling.isEmpty && entriesBeingVerified == 0
    }

    /// Whether requests are under way, so that progress is worth looking at.
    public var isMoving: Bool { !requests.isEmpty }

    /// When ``Event/timer`` is due; `nil` if only other events count.
    public func nextDeadline(after now: Instant) -> Instant? {
        var next: Instant?
        func consider(_ instant: Instant?) {
            guard let instant, instant > now else { return }
            next = min(next ?? instant, instant)
        }
        for id in running { consider(entries[id]?.machine?.nextWish(after: now)) }
        for gate in gates.values { consider(gate.closedUntil) }
        return next
    }

    // MARK: Entries

    mutating func append(_ records: [TransferRecord]) {
        for record in records where entries[record.id] == nil {
            var record = record
            switch record.state {
            case .preparing, .active, .waiting: record.state = .queued
            default: break
            }
            entries[record.id] = Entry(record: record, remote: Remote.key(of: record.remoteAddress))
            rowIndex[record.id] = order.count
            order.append(record.id)
            rows.append(row(of: record.id, at: Instant.zero))
            if record.state == .queued || record.state == .verifying { enqueue(record.id) }
        }
    }

    /// Puts a transfer where its turn comes in queue order.
    mutating func enqueue(_ id: TransferID) {
        guard let remote = entries[id]?.remote, only?.contains(id) != false else { return }
        // Sorted with the next one last: taking it is cheap.
        let place = waiting[remote, default: []].partitioningIndex { $0 < id }
        waiting[remote, default: []].insert(id, at: place)
    }

    mutating func dequeue(_ id: TransferID) {
        guard let remote = entries[id]?.remote else { return }
        guard let place = waiting[remote]?.partitioningIndex(where: { $0 <= id }), let list = waiting[remote],
            place < list.count, list[place] == id
        else { return }
        waiting[remote]?.remove(at: place)
        if waiting[remote]?.isEmpty == true { waiting[remote] = nil }
    }

    mutating func tell(_ event: EngineEvent) {
        log.append(event)
        if log.count > 500 { log.removeFirst(250) }
        effects.append(.note(event))
    }

    mutating func requeue(_ id: TransferID) {
        entries[id]?.record.state = .queued
        entries[id]?.record.error = nil
        if let record = entries[id]?.record { effects.append(.save(record)) }
        dirty.insert(id)
        enqueue(id)
    }

    mutating func forget(_ id: TransferID) {
        dequeue(id)
        effects.append(.remove(id))
        if entries[id]?.isBeingVerified == true { entriesBeingVerified -= 1 }
        entries[id] = nil
        dirty.remove(id)
        hasGaps = true
    }

    /// Takes what was forgotten out of the queue order, once for all that one command removed.
    private mutating func closeRanks() {
        guard hasGaps else { return }
        hasGaps = false
        rows.removeAll { entries[$0.id] == nil }
        order.removeAll { entries[$0] == nil }
        rowIndex = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        sequence += 1
    }
}

extension Array {
    /// The index of the first element for which `predicate` holds, in an array where it holds for a tail.
    fileprivate func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
