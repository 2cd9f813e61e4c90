@testable import TransferCore

/// A world around the queue machine in which files are uploaded: a chunk server, a network, files and a database, all
/// of them in trouble. Equal seeds give equal histories.
struct UploadSimulation {
    var random: SeededRandom
    let settings: EngineSettings
    var queue: QueueMachine
    var server: SimulatedChunkServer
    var sources: [String: SimulatedSource] = [:]
    var store = SimulatedStore()
    var now = Instant(nanoseconds: 1_000_000_000)
    var lastStep = Instant.zero
    /// Nothing goes wrong any more.
    var isCalm = false
    var violations: [String] = []
    /// Prints every event and effect, to look at one seed.
    var isTraced = false

    // The engine's memory: gone after a crash.
    var flights: [RequestID: SimulatedUploadFlight] = [:]
    var openSources: Set<TransferID> = []
    var opening: [(id: TransferID, path: String)] = []
    var inbox: [Event] = []
    var gathered: [TransferID: SimulatedReceipts] = [:]
    var work = SimulatedUploadWork()
    var commit: SimulatedUploadCommit?
    /// News of receipts that take their time.
    var late: [Event] = []

    // The books.
    /// Requests that nobody waits for any more and that may still arrive.
    var ghosts: [SimulatedUploadFlight] = []
    /// Whether receipts were lost with a commit: a completion that was on its way counts without them.
    var hasLostReceipts = false
    /// How often a chunk could come to the server although it was there, through nobody's fault.
    var excusedRepeats = 0
    /// Uploads that may stay unfinished at the server.
    var excused: Set<String> = []
    /// Uploads whose address was stored.
    var known: Set<String> = []
    /// Uploads at an object store that the engine was told of, and has not forgotten in a crash before that was stored.
    var heard: Set<String> = []
    /// Uploads with a chunk of somebody else, as the engine was told; and those of which the store knows it too.
    var conflicts: [String: TransferID] = [:]
    var poisoned: Set<String> = []

    init(seed: UInt64, kind: RemoteKind = .http) {
        server = SimulatedChunkServer(kind)
        random = SeededRandom(seed: seed)
        var settings = EngineSettings()
        settings.maxActive = 2
        settings.connectionsPerRemote = 5
        settings.openingLength = 128 << 10
        settings.retry = RetryPolicy(base: .milliseconds(50), cap: .seconds(2), limit: 8)
        self.settings = settings
        queue = QueueMachine(records: [], settings: settings, seed: seed)
        var wishes: [NewTransfer] = []
        for index in 0..<Int.random(in: 1...3, using: &random) {
            let path = "/d/file\(index)"
            sources[path] = SimulatedSource(using: &random)
            var options = TransferOptions()
            options.connections = Int.random(in: 1...4, using: &random)
            options.chunkSize = 64 << 10
            wishes.append(
                NewTransfer(
                    direction: .upload, source: path, destination: "\(kind == .s3 ? "s3" : "http")://host/file\(index)",
                    options: options))
        }
        inbox = [.command(.add(wishes))]
    }

    var moment: Moment { Moment(now: now, wall: WallTime(milliseconds: now.nanoseconds / 1_000_000)) }

    /// The process dies, and a new one begins over what is durable.
    mutating func crash() {
        excuseAbandoned()
        // The next run searches for them, as for those that it never heard of.
        heard.formIntersection(known)
        conflicts = [:]
        for flight in flights.values.sorted(by: { $0.order.id < $1.order.id }) { haunt(flight) }
        restart()
    }

    mutating func restart() {
        flights = [:]
        openSources = []
        opening = []
        inbox = [.timer]
        gathered = [:]
        work = SimulatedUploadWork()
        commit = nil
        late = []
        queue = QueueMachine(records: store.load(), settings: settings, seed: random.next())
    }

    /// Hands over what has happened and does what follows.
    mutating func step() {
        let events = inbox
        inbox = []
        lastStep = now
        for event in events { takeNote(of: event) }
        let before = queue
        let effects = queue.handle(events + [.timer], at: moment)
        for effect in effects { excuseGivenUp(effect, before) }
        if isTraced { print("\(now.nanoseconds / 1_000_000): \(events)\n  -> \(effects)") }
        // What was acknowledged before is recorded before.
        for (id, receipts) in gathered { work.keep(receipts, of: id) }
        gathered = [:]
        for effect in effects { carryOut(effect) }
        if work.isOnlyReceipts {
            gathered = work.receipts
            work.receipts = [:]
        }
        checkMachines()
    }

    private mutating func takeNote(of event: Event) {
        switch event {
        case .command(.remove(let ids, let withData)) where !withData:
            // Whoever does not say so leaves it at the server.
            let names = ids.compactMap { queue.entries[$0]?.record.destination }
            excused.formUnion(server.uploads.filter { names.contains($0.value.name) }.keys)
        case .shutdown: excuseAbandoned()
        case .answered(let id, let report):
            guard case .registered(let address, _) = report.outcome, queue.requests[id] != nil else { break }
            heard.insert(address)
        default: break
        }
    }

    /// A remote that wants to be left alone is not told what it is told for its own sake only.
    private mutating func excuseGivenUp(_ effect: Effect, _ before: QueueMachine) {
        guard case .note(let event) = effect, event.text.description.hasPrefix("the server keeps what it has"),
            let entry = event.transfer.flatMap({ before.entries[$0] })
        else { return }
        let record = (entry.machine as? UploadMachine)?.record ?? entry.record
        excused.formUnion(record.abandoned + [record.upload?.address].compactMap(\.self))
    }

    /// What the engine has given up and not yet told the server stays there until it expires.
    mutating func excuseAbandoned() {
        for entry in queue.entries.values {
            guard let machine = entry.machine as? UploadMachine else { continue }
            if case .removed? = machine.pendingEnding {
                excused.formUnion(machine.record.abandoned + [machine.record.upload?.address].compactMap(\.self))
            }
        }
    }

    private mutating func carryOut(_ effect: Effect) {
        switch effect {
        case .send(let order): start(order)
        case .cancel(let id): cancel(id)
        case .openSource(let id, let path): opening.append((id, path))
        case .closeSource(let id):
            if openSources.remove(id) == nil { violated("the source of \(id) is closed and was not open") }
        case .keepReceipt(let id, let chunk, let progress):
            work.keep(SimulatedReceipts(chunks: [chunk], progress: progress), of: id)
        case .saveFirst(let record):
            work.base.save(record)
            work.awaited.append(record.id)
        case .loadBookmark(let id): work.base.questions.append(.bookmark(id))
        case .insert(let wishes): work.base.questions.append(.insert(wishes))
        case .save(let record): work.base.save(record)
        case .forgetChunks(let id):
            work.receipts[id] = nil
            work.base.forgetChunks(id)
        case .dropChunks(let id, let indices, let progress):
            work.base.batch.progress[id] = progress
            let rows = indices.map { ChunkBookmark(index: $0, bytes: 0, checksum: 0) }
            work.base.batch.chunks[id, default: []] += rows
        case .remove(let id):
            work.receipts[id] = nil
            work.base.remove(id)
        case .loadDetail, .loadChunk, .keep, .keepHead, .note: break
        case .request, .shorten, .openFile, .closeFile, .finish, .verify, .deleteFile:
            violated("an upload wants \(effect)")
        }
    }

    mutating func violated(_ text: String) {
        if violations.count < 5 { violations.append(text) }
    }
}
