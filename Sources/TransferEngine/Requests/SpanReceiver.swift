import TransferCore
import WireProtocols

/// Takes the answer to one ranged request: judges its head, gathers its body in large aligned buffers, and hands those
/// to a writer.
///
/// Everything but the writing happens on the engine's thread.
final class SpanReceiver: ResponseReceiver {
    /// What the receiver needs of the engine.
    struct Surroundings {
        let pool: BufferPool
        let clock: any Clock
        /// Takes jobs in order; the same for the whole life of the receiver.
        let writer: WorkQueue
        /// Called on the engine's thread while an answer arrives.
        let accepted: (RequestID, AcceptedHead) -> Void
        /// Called from any thread.
        let post: @Sendable (Event) -> Void
        let recorded: @Sendable (PartSession) -> Void
    }

    private enum Mode { case awaitingHead, discarding, writing, done }

    /// A partly filled buffer is handed over when the last one went longer ago than this and it holds at least
    /// ``worthwhileBytes``: what lies in memory is lost in a crash. A fast request fills whole buffers in that time.
    private static let bufferPatience: Duration = .milliseconds(4)
    private static let worthwhileBytes = 32 << 10
    /// Bodies up to this are read to their end although nobody wants them, because that keeps the connection.
    private static let cheapBody = 64 << 10

    let order: RequestOrder
    /// What a head means; by the rules of HTTP, if nobody else has a say.
    private let judge: ((ResponseHead) -> HeadVerdict)?
    private let surroundings: Surroundings
    private(set) var session: PartSession?
    /// The address being asked, after redirects.
    var address: String
    /// Redirects that were followed.
    var redirects = 0

    private var mode = Mode.awaitingHead
    private(set) var head: ResponseHead?
    private(set) var verdict: HeadVerdict?
    private var status: Int?
    /// The body of an answer that does not hold what was asked for, as much as has come of it.
    private(set) var refusal: [UInt8] = []
    /// The offset of the next byte to arrive.
    private(set) var position: Int64
    /// Where the request ends; moves closer when the rest is given to somebody else.
    private var limit: Int64
    /// Whether the answer goes on behind ``limit``, so that the request has to be stopped there.
    private var isCut = false
    private var sentTooMuch = false

    private var buffer: PooledBuffer?
    private var spare: PooledBuffer?
    private var bufferStart: Int64
    private var lastHandOver: Instant = .zero
    private var checksums: ChunkChecksums?
    /// Of an object: what its store says of its content.
    private var objectChecksum: ObjectChecksum?
    private var writing: SpanWriting

    private var end: (outcome: TransportEnd.Outcome?, timeToFirstByte: Duration?)?
    /// Whether a body was refused because there was no room for it.
    private(set) var isPaused = false

    init(
        order: RequestOrder, session: PartSession?, judge: ((ResponseHead) -> HeadVerdict)? = nil,
        surroundings: Surroundings
    ) {
        self.order = order
        self.judge = judge
        self.surroundings = surroundings
        self.session = session
        writing = SpanWriting(surroundings)
        address = order.address
        position = order.expectation.range.start
        bufferStart = position
        limit = order.expectation.range.end
        objectChecksum = order.checksum
    }

    // MARK: The answer

    func receive(head: ResponseHead) -> HeadDecision {
        self.head = head
        status = head.status
        let verdict =
            judge?(head)
            ?? RangeJudge.judge(
                head, expectation: order.expectation, url: address, now: surroundings.clock.wallTime())
        self.verdict = verdict
        switch verdict {
        case .partial(let range, let facts):
            accept(.partial(range), facts, limit: range.end)
            // Without a length of its own an answer is known to be complete only at its end.
            if facts.bodyDigest != nil || head["Content-Length"] == nil { writing.holdBack(digest: facts.bodyDigest) }
        case .whole(let facts):
            accept(.whole, facts, limit: facts.total ?? .max)
        case .empty(let facts):
            accept(.empty, facts, limit: 0)
            mode = .discarding
        case .redirect, .rejected:
            mode = .discarding
        }
        guard mode == .discarding else { return .proceed }
        let length = head["Content-Length"].flatMap { Int($0) } ?? 0
        return length > Self.cheapBody ? .stop : .proceed
    }

    private func accept(_ kind: AcceptedHead.Kind, _ facts: RemoteFacts, limit: Int64) {
        mode = .writing
        self.limit = min(self.limit, limit)
        if case .whole = kind { self.limit = limit }
        guard order.purpose == .fetch else { return }
        var facts = facts
        facts.suggestedName = facts.suggestedName ?? SafeFileName.fromURL(order.address)
        objectChecksum = objectChecksum ?? facts.checksum
        surroundings.accepted(order.id, AcceptedHead(kind: kind, facts: facts, address: address))
        if session != nil { beginChecksums() }
    }

    func receive(body: UnsafeRawBufferPointer) -> BodyDecision {
        switch mode {
        case .awaitingHead, .done: return .stop
        case .discarding:
            guard refusal.count + body.count <= Self.cheapBody else { return .stop }
            refusal.append(contentsOf: body)
            return .proceed
        case .writing: break
        }
        let wanted = Int(min(Int64(body.count), limit - position))
        guard hasRoom(for: wanted) else {
            isPaused = true
            return .pause
        }
        isPaused = false
        copy(UnsafeRawBufferPointer(rebasing: body[..<wanted]))
        if wanted < body.count {
            sentTooMuch = !isCut
            return .stop
        }
        if isCut, position == limit { return .stop }
        handOverIfOld()
        return .proceed
    }

    private func hasRoom(for count: Int) -> Bool {
        if buffer == nil {
            guard count > 0 else { return true }
            buffer = spare ?? surroundings.pool.take()
            spare = nil
            guard buffer != nil else { return false }
            bufferStart = position
        }
        guard let buffer, Int(position - bufferStart) + count > buffer.bytes.count else { return true }
        // The full buffer has to go somewhere, and the rest into another one.
        guard session != nil else { return false }
        if spare == nil { spare = surroundings.pool.take() }
        return spare != nil
    }

    private func copy(_ bytes: UnsafeRawBufferPointer) {
        var bytes = bytes
        while !bytes.isEmpty {
            if buffer == nil {
                buffer = spare
                spare = nil
                bufferStart = position
            }
            let filled = Int(position - bufferStart)
            let count = min(bytes.count, buffer!.bytes.count - filled)
            let place = UnsafeMutableRawBufferPointer(rebasing: buffer!.bytes[filled..<(filled + count)])
            place.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            position += Int64(count)
            bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
            // While the bytes are still in the processor's cache.
            updateChecksums(to: position / ChunkPlan.alignment * ChunkPlan.alignment, in: buffer!)
            if filled + count == buffer!.bytes.count { handOver(to: position) }
        }
    }

    private func updateChecksums(to offset: Int64, in buffer: PooledBuffer) {
        guard let from = checksums?.position, offset > from else { return }
        let range = Int(from - bufferStart)..<Int(offset - bufferStart)
        checksums!.update(UnsafeRawBufferPointer(rebasing: buffer.bytes[range]))
    }

    private func beginChecksums() {
        guard let session, checksums == nil else { return }
        let start = order.expectation.range.start
        let chunk = Int(start / session.chunkSize)
        let before = session.checksum(of: chunk, bytes: start - Int64(chunk) * session.chunkSize)
        assert(before != nil, "request \(order.id) does not go on where the chunk ends")
        checksums = ChunkChecksums(chunkSize: session.chunkSize, position: start, checksum: before ?? 0)
        writing.partHasher = PartHasher(
            objectChecksum, chunkSize: session.chunkSize, size: session.size, digests: session.partDigests)
        if let buffer { updateChecksums(to: position / ChunkPlan.alignment * ChunkPlan.alignment, in: buffer) }
    }

    // MARK: To the file

    /// Hands over what has been lying around for long enough.
    func handOverIfOld() {
        guard buffer != nil, session != nil, order.purpose == .fetch else { return }
        let filled = Int(position - bufferStart)
        guard filled >= Self.worthwhileBytes,
            surroundings.clock.now() - lastHandOver > Self.bufferPatience
        else { return }
        handOver(to: position / ChunkPlan.alignment * ChunkPlan.alignment)
    }

    /// Gives the bytes before `offset` to the writer; what lies behind moves to a new buffer.
    private func handOver(to offset: Int64) {
        guard let full = buffer, let session, offset > bufferStart else { return }
        let rest = Int(position - offset)
        let count = Int(offset - bufferStart)
        if rest > 0 {
            guard let next = spare ?? surroundings.pool.take() else { return }
            spare = nil
            next.bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: full.bytes[count..<(count + rest)]))
            buffer = next
        } else {
            buffer = nil
        }
        updateChecksums(to: offset, in: full)
        let bookmarks = checksums?.takeBookmarks() ?? []
        let start = bufferStart
        bufferStart = offset
        lastHandOver = surroundings.clock.now()
        writing.write(full, count, at: start, bookmarks, session)
    }

    // MARK: Changes of plan

    /// The part file has been opened: what was gathered can go there.
    func attach(_ session: PartSession) {
        guard self.session == nil else { return }
        self.session = session
        if mode == .writing, order.purpose == .fetch { beginChecksums() }
        if let end { finish(end.outcome, timeToFirstByte: end.timeToFirstByte) }
    }

    /// Another request takes what lies at and behind `offset`.
    ///
    /// - Returns: Whether everything before it has arrived already.
    func shorten(to offset: Int64) -> Bool {
        if offset < limit {
            limit = offset
            isCut = true
        }
        return position >= limit
    }

    /// The address that the user's fields and credentials are meant for.
    var originalAddress: String { order.source }

    /// No answer will come that holds what was asked for: the file is empty, or nobody is to be asked.
    ///
    /// - Parameter status: Of the answer that told so, if it was another one than the last.
    func settle(_ verdict: HeadVerdict, status: Int? = nil) {
        self.verdict = verdict
        self.status = status ?? self.status
        if case .empty(let facts) = verdict { accept(.empty, facts, limit: 0) }
        mode = .discarding
    }

    /// Forgets an answer that only led elsewhere.
    func redirect(to address: String) {
        self.address = address
        redirects += 1
        forgetAnswer()
    }

    /// Forgets an answer after which another is asked for.
    func forgetAnswer() {
        mode = .awaitingHead
        verdict = nil
        head = nil
        status = nil
        refusal = []
    }

    // MARK: The end

    /// The answer is over (`nil`: given up). What counts of it is written, and then the end is posted.
    func finish(_ outcome: TransportEnd.Outcome?, timeToFirstByte: Duration?) {
        let needsFile = mode == .writing && session == nil && outcome != nil
        if needsFile {
            end = (outcome, timeToFirstByte)
            return
        }
        end = nil
        let result = SpanEnd(verdict: verdict, position: position, limit: limit, sentTooMuch: sentTooMuch)
            .outcome(of: outcome)
        let kept = keptEnd(result)
        if mode == .writing, order.purpose == .fetch {
            position = max(bufferStart, kept)
            handOver(to: position)
        }
        mode = .done
        var report = RequestReport(
            outcome: result, receivedEnd: kept, timeToFirstByte: timeToFirstByte, status: status)
        if case .failed = result { report.head = head.map(AnswerHead.init) }
        let leftover = [buffer, spare].compactMap { $0 }
        let compared = order.purpose == .compare ? buffer : nil
        buffer = nil
        spare = nil
        writing.end(order, report, session, leftover: leftover, compared: compared)
    }

    /// The offset behind the last byte that counts.
    private func keptEnd(_ result: RequestReport.Outcome) -> Int64 {
        if sentTooMuch { return writing.held != nil ? order.expectation.range.start : aligned(bufferStart) }
        guard result == .completed else {
            return verdict == nil || mode != .writing ? order.expectation.range.start : aligned(position)
        }
        // An odd end is fine at the end of the file only; elsewhere the next request begins on a boundary.
        let total = order.expectation.total ?? acceptedTotal
        return limit == .max || position == total || position % ChunkPlan.alignment == 0
            ? position : max(order.expectation.range.start, aligned(position))
    }

    private var acceptedTotal: Int64? {
        switch verdict {
        case .partial(_, let facts), .whole(let facts), .empty(let facts): facts.total
        default: nil
        }
    }

    private func aligned(_ offset: Int64) -> Int64 {
        max(order.expectation.range.start, offset / ChunkPlan.alignment * ChunkPlan.alignment)
    }
}
