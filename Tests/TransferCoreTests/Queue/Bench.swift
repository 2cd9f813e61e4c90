@testable import TransferCore

/// A queue machine on the bench: events go in by hand, effects come out.
struct Bench {
    static let source = "https://example.org/file"
    static let mebibyte: Int64 = 1 << 20
    static let tag = Validator(entityTag: EntityTag(opaque: "\"a\"", isWeak: false))
    static let weakTag = Validator(entityTag: EntityTag(opaque: "\"a\"", isWeak: true))
    static let part = FileIdentity(device: 1, inode: 7)

    var queue: QueueMachine
    var now = Instant(nanoseconds: 1_000_000_000)
    /// What the last call brought.
    var effects: [Effect] = []

    init(_ records: [TransferRecord], settings: EngineSettings = EngineSettings(), only: Set<TransferID>? = nil) {
        queue = QueueMachine(records: records, settings: settings, seed: 1, only: only)
    }

    /// A transfer that nothing has happened to yet.
    static func fresh(
        _ id: Int64 = 1, source: String = Bench.source, connections: Int = 4,
        _ change: (inout TransferOptions) -> Void = { _ in }
    ) -> TransferRecord {
        var options = TransferOptions()
        options.connections = connections
        change(&options)
        let wish = NewTransfer(direction: .download, source: source, destination: "/d/file\(id)", options: options)
        return TransferRecord(id: TransferID(id), wish: wish, createdAt: WallTime(milliseconds: 0))
    }

    /// A transfer of an earlier run.
    static func begun(
        _ id: Int64 = 1, size: Int64? = 10 * mebibyte, validator: Validator = tag, address: String = source,
        isResumable: Bool = true, state: TransferState = .queued
    ) -> TransferRecord {
        var record = fresh(id)
        record.state = state
        record.version = RemoteVersion(
            size: size, validator: validator, address: address, isResumable: isResumable, chunkSize: mebibyte)
        record.finalPath = "/d/file\(id)"
        record.part = part
        return record
    }

    static func bookmark(_ indices: some Sequence<Int>, bytes: Int64 = mebibyte) -> [ChunkBookmark] {
        indices.map { ChunkBookmark(index: $0, bytes: bytes, checksum: 1) }
    }

    @discardableResult
    mutating func handle(_ events: Event...) -> [Effect] {
        effects = queue.handle(events, at: Moment(now: now, wall: WallTime(milliseconds: now.nanoseconds / 1_000_000)))
        return effects
    }

    mutating func pass(_ duration: Duration) {
        now = now + duration
        handle(.timer)
    }

    /// The first answer to a fresh transfer, and its file.
    mutating func accept(_ size: Int64?, validator: Validator = Bench.tag, kind: AcceptedHead.Kind? = nil) {
        let order = requests.last!
        let end = min(order.expectation.range.end, size ?? .max)
        accept(order, size, validator: validator, kind: kind ?? .partial(ByteRange(0, end)))
        create(order.transfer)
    }

    mutating func accept(
        _ order: RequestOrder, _ size: Int64?, validator: Validator = Bench.tag, kind: AcceptedHead.Kind? = nil,
        address: String? = nil, bodyDigest: String? = nil
    ) {
        var facts = RemoteFacts(total: size, validator: validator)
        facts.bodyDigest = bodyDigest
        let head = AcceptedHead(
            kind: kind ?? .partial(order.expectation.range), facts: facts, address: address ?? order.address)
        handle(.accepted(order.id, head))
    }

    mutating func create(_ id: TransferID) {
        let path = queue.entries[id]!.record.destination
        handle(.fileOpened(id, .success(.created(Self.part, finalPath: path))))
    }

    /// Brings a transfer of an earlier run to its first request.
    mutating func resume(_ bookmark: [ChunkBookmark], id: TransferID = TransferID(1), damaged: [Int] = []) {
        handle(.timer)
        handle(.bookmarkLoaded(id, bookmark))
        handle(.fileOpened(id, .success(.reopened(damaged: damaged))))
    }

    mutating func end(_ order: RequestOrder, at offset: Int64? = nil) {
        let report = RequestReport(outcome: .completed, receivedEnd: offset ?? order.expectation.range.end)
        handle(.requestEnded(order.id, report))
    }

    mutating func cancelled(_ order: RequestOrder) {
        let report = RequestReport(outcome: .cancelled, receivedEnd: order.expectation.range.start)
        handle(.requestEnded(order.id, report))
    }

    mutating func fail(
        _ order: RequestOrder, _ code: TransferError.Code, at offset: Int64? = nil, retryAfter: Duration? = nil,
        facts: RemoteFacts? = nil
    ) {
        let error = TransferError(code, "it says \(code.rawValue)")
        let report = RequestReport(
            outcome: .failed(error, retryAfter: retryAfter, facts),
            receivedEnd: offset ?? order.expectation.range.start)
        handle(.requestEnded(order.id, report))
    }

    // MARK: What came of it

    /// The machine of a running download.
    func download(_ id: Int64 = 1) -> DownloadMachine? {
        queue.entries[TransferID(id)]?.machine as? DownloadMachine
    }

    var requests: [RequestOrder] {
        effects.compactMap { if case .request(let order) = $0 { order } else { nil } }
    }

    var cancels: [RequestID] {
        effects.compactMap { if case .cancel(let id) = $0 { id } else { nil } }
    }

    var saved: TransferRecord? {
        effects.lazy.compactMap { if case .save(let record) = $0 { record } else { nil } }.first
    }

    var finishes: [FinishOrder] {
        effects.compactMap { if case .finish(_, let order) = $0 { order } else { nil } }
    }

    mutating func row(_ id: Int64 = 1) -> TransferSnapshot? {
        queue.snapshot(at: Moment(now: now, wall: WallTime(milliseconds: 0))).transfers
            .first { $0.id == TransferID(id) }
    }
}
