import TransferCore

/// One request of a ``FakeTransport`` and how far its answer is.
final class FakeExchange {
    var isPaused = false
    var isCancelled = false
    private(set) var timeToFirstByte: Duration?
    private let answer: FakeAnswer
    private let options: ConnectionOptions
    private let receiver: any ResponseReceiver
    private let startedAt: Instant
    private var headAt: Instant?
    private var lastByteAt: Instant
    private var position: Int64 = 0

    init(_ answer: FakeAnswer, options: ConnectionOptions, receiver: any ResponseReceiver, now: Instant) {
        self.answer = answer
        self.options = options
        self.receiver = receiver
        startedAt = now
        lastByteAt = now
    }

    /// When there is something to do again; `nil` while the receiver pauses.
    var nextStep: Instant? {
        if isPaused { return nil }
        if isStalled { return lastByteAt + options.stallTimeout }
        guard let headAt else { return startedAt + answer.latency }
        guard let rate = answer.bytesPerSecond else { return headAt }
        return headAt + .seconds(Double(pieceEnd) / Double(rate))
    }

    /// Does it, and tells the end if this was it.
    func step(_ now: Instant) -> TransportEnd.Outcome? {
        if isStalled { return .failed(TransferError(.stalled, "no byte for \(options.stallTimeout)")) }
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

    private var isStalled: Bool {
        guard let limit = answer.stallsAfter else { return false }
        return limit < 0 || headAt != nil && position >= limit
    }

    private var pieceEnd: Int64 {
        min(position + answer.pieceSize, answer.body.count, answer.stallsAfter ?? .max)
    }
}
