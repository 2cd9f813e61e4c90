@testable import TransferCore

/// A world around the queue machine: servers, disk, database, and an engine that carries effects out in an order that
/// chance picks among those that the real one allows. Equal seeds give equal histories.
struct Simulation {
    static let options = 4

    var random: SeededRandom
    let settings: EngineSettings
    var queue: QueueMachine
    var remotes: [String: SimulatedRemote] = [:]
    var disk = SimulatedDisk()
    var store = SimulatedStore()
    var now = Instant(nanoseconds: 1_000_000_000)
    /// When the queue was last looked at.
    var lastStep = Instant.zero
    /// Nothing goes wrong any more.
    var isCalm = false
    /// What went wrong, if anything did.
    var violations: [String] = []
    /// Prints every event and effect, to look at one seed.
    var isTraced = false

    // The engine's memory: gone after a crash.
    var flights: [RequestID: SimulatedFlight] = [:]
    var sessions: [TransferID: SimulatedSession] = [:]
    var opened: [TransferID: SimulatedSession] = [:]
    var inbox: [Event] = []
    var files: [FileJob] = []
    var checks: [CheckJob] = []
    var work = SimulatedWork()
    var commit: SimulatedCommit?
    var isShuttingDown = false
    /// Remotes that asked to be left alone, and until when.
    var closed: [String: Instant] = [:]

    /// Work of the thread that opens and deletes files, in order.
    enum FileJob {
        case open(TransferID, FileOrder)
        case delete(path: String, identity: FileIdentity)
    }

    /// Work of the thread that reads whole files.
    enum CheckJob {
        case digest(TransferID, FinishOrder)
        case chunks(TransferID, VerifyOrder, [ChunkBookmark])
    }

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        var settings = EngineSettings()
        settings.maxActive = 2
        settings.connectionsPerRemote = 5
        settings.openingLength = 128 << 10
        settings.overlapLength = 8 << 10
        settings.retry = RetryPolicy(base: .milliseconds(50), cap: .seconds(2), limit: 8)
        self.settings = settings
        queue = QueueMachine(records: [], settings: settings, seed: seed)
        var wishes: [NewTransfer] = []
        for index in 0..<Int.random(in: 1...3, using: &random) {
            let source = "http://host\(index % 2)/file\(index)"
            remotes[source] = SimulatedRemote(source: source, using: &random)
            var options = TransferOptions()
            options.connections = Int.random(in: 1...Self.options, using: &random)
            // Chunks that do not divide the opening, and one that is larger.
            options.chunkSize = [64, 68, 100, 192].randomElement(using: &random)! << 10
            wishes.append(
                NewTransfer(direction: .download, source: source, destination: "/d/file\(index)", options: options))
        }
        inbox = [.command(.add(wishes))]
    }

    var moment: Moment { Moment(now: now, wall: WallTime(milliseconds: now.nanoseconds / 1_000_000)) }

    /// The power fails, and comes back.
    mutating func crash() {
        disk.crash(using: &random)
        restart()
    }

    /// A new run of the engine over what is durable.
    mutating func restart() {
        flights = [:]
        sessions = [:]
        opened = [:]
        inbox = [.timer]
        files = []
        checks = []
        work = SimulatedWork()
        commit = nil
        isShuttingDown = false
        closed = [:]
        queue = QueueMachine(records: store.load(), settings: settings, seed: random.next())
    }

    // MARK: The engine's thread

    /// Hands over what has happened and does what follows.
    mutating func step() {
        var events = inbox
        inbox = []
        lastStep = now
        for event in events {
            switch event {
            case .fileOpened(let id, .success):
                if let session = opened.removeValue(forKey: id) { sessions[id] = session }
            case .finished(let id, .success), .fileClosed(let id): sessions[id] = nil
            case .requestEnded(let id, let report):
                flights[id] = nil
                note(report, id)
            case .shutdown: stopChecks()
            // A person who asks for another try at once opens the gate.
            case .command(.retry), .command(.resume), .command(.resumeAll): closed = [:]
            default: break
            }
        }
        attach()
        events.insert(.progress(flights.mapValues(\.position)), at: 0)
        let effects = queue.handle(events + [.timer], at: moment)
        if isTraced { print("\(now.nanoseconds / 1_000_000): \(events)\n  -> \(effects)") }
        for effect in effects { carryOut(effect) }
        checkPlanners()
    }

    private mutating func note(_ report: RequestReport, _ id: RequestID) {
        guard case .failed(let error, let retryAfter?, _) = report.outcome, error.code == .serverBusy,
            let remote = queue.requests[id]?.remote
        else { return }
        closed[remote] = max(closed[remote] ?? .zero, now + retryAfter)
    }

    private mutating func carryOut(_ effect: Effect) {
        switch effect {
        case .request(let order):
            check(order)
            flights[order.id] = SimulatedFlight(order)
            attach()
        case .shorten(let id, let end):
            guard flights[id]?.shorten(to: end) == true else { return }
            endFlight(id, flights[id]!.outcome)
        case .cancel(let id): endFlight(id, .cancelled)
        case .openFile(let id, let order): files.append(.open(id, order))
        case .deleteFile(let path, let identity): files.append(.delete(path: path, identity: identity))
        case .closeFile(let id, let delete):
            guard let session = sessions[id] else { return inbox.append(.fileClosed(id)) }
            work.closing.append((id, session.partPath, delete))
        case .finish(let id, let order):
            checkFinish(id, order)
            if order.digests.isEmpty {
                work.finishing.append((id, order, nil))
            } else {
                checks.append(.digest(id, order))
            }
        case .verify(let id, let order): work.questions.append(.verify(id, order))
        case .loadBookmark(let id): work.questions.append(.bookmark(id))
        case .insert(let wishes): work.questions.append(.insert(wishes))
        case .loadDetail, .loadChunk, .keepHead: break
        case .save(let record):
            work.save(record)
            if sessions[record.id] != nil, record.version?.size ?? .max > settings.openingLength {
                work.opened.append(record.id)
            }
        case .forgetChunks(let id): work.forgetChunks(id)
        case .dropChunks(let id, let indices, let progress):
            work.batch.progress[id] = progress
            work.batch.chunks[id, default: []] += indices.map { ChunkBookmark(index: $0, bytes: 0, checksum: 0) }
        case .remove(let id): work.remove(id)
        case .keep, .note: break
        case .send, .openSource, .closeSource, .keepReceipt, .saveFirst: violated("a download wants \(effect)")
        }
    }

    /// Reading is given up when the engine stops.
    private mutating func stopChecks() {
        isShuttingDown = true
        let stopped = TransferError(.fileFailure, "stopped before the end")
        for job in checks {
            switch job {
            case .digest(let id, _): inbox.append(.finished(id, .failure(stopped)))
            case .chunks(let id, _, _): inbox.append(.verified(id, .failure(stopped)))
            }
        }
        checks = []
    }

    mutating func violated(_ text: String) {
        if violations.count < 5 { violations.append(text) }
    }
}
