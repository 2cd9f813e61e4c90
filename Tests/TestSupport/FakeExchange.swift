import TransferCore

/// One request of a ``FakeTransport`` and how far it and its answer are.
final class FakeExchange {
    var isCancelled = false
    private(set) var timeToFirstByte: Duration?
    private var answer: FakeAnswer
    private let body: (any RequestBody)?
    private let options: ConnectionOptions
    private let receiver: any ResponseReceiver
    private let startedAt: Instant
    private var isPaused = false
    /// What the server has of the body.
    private var sent: [UInt8] = []
    private var sentAt: Instant?
    private var headAt: Instant?
    private var lastByteAt: Instant
    private var position: Int64 = 0

    init(
        _ answer: FakeAnswer, body: (any RequestBody)?, options: ConnectionOptions, receiver: any ResponseReceiver,
        now: Instant
    ) {
        self.answer = answer
        self.body = body
        self.options = options
        self.receiver = receiver
        startedAt = now
        lastByteAt = now
        endIntake(now)
    }

    func resume(_ now: Instant) {
        guard isPaused else { return }
        isPaused = false
        lastByteAt = now
    }

    /// When there is something to do again; `nil` while it waits for us.
    var nextStep: Instant? {
        if isPaused { return nil }
        if isStalled { return lastByteAt + options.stallTimeout }
        guard let sentAt else { return lastByteAt }
        guard let headAt else { return sentAt + answer.latency }
        guard let rate = answer.bytesPerSecond else { return headAt }
        return headAt + .seconds(Double(pieceEnd) / Double(rate))
    }

    /// Does it, and tells the end if this was it.
    func step(_ now: Instant) -> TransportEnd.Outcome? {
        if isStalled { return .failed(TransferError(.stalled, "no byte for \(options.stallTimeout)")) }
        if sentAt == nil { return send(now) }
        if headAt == nil {
            guard let head = answer.head else { return answer.outcome }
            headAt = now
            lastByteAt = now
            timeToFirstByte = now - startedAt
            return receiver.receive(head: head) == .stop ? .stopped : nil
        }
        guard position < answer.body.count else { return answer.outcome }
        let end = pieceEnd
        switch answer.body.bytes(position..<end).withUnsafeBytes({ receiver.receive(body: $0) }) {
        case .stop: return .stopped
        case .pause: isPaused = true
        case .proceed:
            position = end
            lastByteAt = now
        }
        return nil
    }

    // MARK: The body of the request

    private var sentCount: Int64 { Int64(sent.count) }
    private var bodyLength: Int64 { body?.length ?? 0 }

    private func send(_ now: Instant) -> TransportEnd.Outcome? {
        guard let body else { return nil }
        var piece = [UInt8](
            repeating: 0, count: Int(min(answer.pieceSize, answer.intake.limit(bodyLength) - sentCount)))
        switch piece.withUnsafeMutableBytes({ body.read(into: $0, at: sentCount) }) {
        case .stop: return .stopped
        case .pause: isPaused = true
        case .bytes(let count):
            precondition((1...piece.count).contains(count), "a body gave \(count) of \(piece.count) bytes")
            sent += piece[..<count]
            lastByteAt = now
            endIntake(now)
        }
        return nil
    }

    /// Goes on to the answer once the server has what it takes.
    private func endIntake(_ now: Instant) {
        guard sentCount >= answer.intake.limit(bodyLength), !isStuck else { return }
        sentAt = now
        var changed = answer
        answer.onRequestBody?(sent, &changed)
        answer = changed
    }

    private var isStuck: Bool { answer.intake.isStalled(at: sentCount, of: bodyLength) }

    // MARK: The answer

    private var isStalled: Bool {
        if sentAt == nil { return isStuck }
        guard let limit = answer.stallsAfter else { return false }
        return limit < 0 || headAt != nil && position >= limit
    }

    private var pieceEnd: Int64 {
        min(position + answer.pieceSize, answer.body.count, answer.stallsAfter ?? .max)
    }
}
