import TransferCore

/// Judges whether a connection takes too long. It is told what happens, with the time, and never looks at a clock.
///
/// A client is blamed only for what it alone can help: a body counts as slow while the server asked for bytes and
/// none came, not while the server itself was not ready for them, and not before a route wanted the body at all.
struct ConnectionPace: Sendable {
    /// What is to be done about a connection.
    enum Verdict: Hashable, Sendable {
        /// Nothing.
        case fine
        /// Nobody asked for anything for too long.
        case idle
        /// A request's head takes too long.
        case slowHead
        /// A request's head is too long.
        case longHead
        /// A request's body takes too long.
        case slowBody
        /// The client does not read its answer.
        case unread
        /// The server has said its last word, and the client had time to hear it.
        case over
    }

    private enum Phase {
        case idle(since: Instant)
        case head(since: Instant, count: Int)
        case body
    }

    private let limits: ConnectionLimits
    private var phase: Phase
    /// Requests whose head has come and whose answer is not complete.
    private(set) var openRequests = 0
    private var isWaiting = false
    /// A route reads the body of the request.
    private var isBodyWanted = false

    private var bodyCount: Int64 = 0
    /// For how long the client let the server wait, for this body and since its last byte.
    private var blame = Duration.zero
    private var silence = Duration.zero
    private var blamedSince: Instant?

    private var outputCount = 0
    private var unreadSince: Instant?
    private var lingeringSince: Instant?

    init(limits: ConnectionLimits, now: Instant) {
        self.limits = limits
        phase = .idle(since: now)
    }

    /// Whether a request's body is still to come, in part at least.
    var isWithinBody: Bool { if case .body = phase { true } else { false } }

    /// Whether a request's head has come in part.
    var isWithinHead: Bool { if case .head = phase { true } else { false } }

    /// The server asked the socket for bytes.
    mutating func readRequested(now: Instant) {
        isWaiting = true
        settle(now)
    }

    /// Bytes came, of whatever. What they mean is told afterwards.
    mutating func bytesCame(_ count: Int, now: Instant) {
        isWaiting = false
        switch phase {
        case .idle: phase = .head(since: now, count: count)
        case .head(let since, let earlier): phase = .head(since: since, count: earlier + count)
        case .body: break
        }
        settle(now)
    }

    /// A request's head is complete.
    mutating func requestBegan(now: Instant) {
        openRequests += 1
        bodyCount = 0
        isBodyWanted = false
        (blame, silence) = (.zero, .zero)
        phase = .body
        settle(now)
    }

    /// A route begins to read the body of the request that is being answered.
    mutating func bodyWanted(now: Instant) {
        settle(now)
        isBodyWanted = true
        settle(now)
    }

    /// Bytes of a request's body came.
    mutating func bodyCame(_ count: Int, now: Instant) {
        settle(now)
        bodyCount += Int64(count)
        if count > 0 { silence = .zero }
    }

    /// A request is complete.
    mutating func bodyEnded(now: Instant) {
        phase = .idle(since: now)
        settle(now)
    }

    /// An answer is complete.
    mutating func answerEnded(now: Instant) {
        openRequests -= 1
        switch phase {
        case .idle: phase = .idle(since: now)
        case .head(_, let count): phase = .head(since: now, count: count)
        case .body: break
        }
        settle(now)
    }

    /// So many bytes of answers wait for room in the socket.
    mutating func outputPends(_ count: Int, now: Instant) {
        if count == 0 {
            unreadSince = nil
        } else if count != outputCount || unreadSince == nil {
            unreadSince = now
        }
        outputCount = count
    }

    /// The server will not say anything any more.
    mutating func outputEnded(now: Instant) {
        if lingeringSince == nil { lingeringSince = now }
    }

    mutating func verdict(now: Instant) -> Verdict {
        settle(now)
        if let lingeringSince, now >= lingeringSince + limits.lingerTime { return .over }
        if let unreadSince, now >= unreadSince + limits.unreadTime { return .unread }
        guard lingeringSince == nil else { return .fine }
        switch phase {
        case .idle(let since):
            return openRequests == 0 && now >= since + limits.idleTime ? .idle : .fine
        case .head(let since, let count):
            if count > limits.headSize { return .longHead }
            return openRequests == 0 && now >= since + limits.headTime ? .slowHead : .fine
        case .body:
            return silence >= limits.bodySilence || blame >= patience ? .slowBody : .fine
        }
    }

    /// When to look again if nothing happens; `nil`: not before something does.
    func deadline(now: Instant) -> Instant? {
        var deadline: Instant?
        func consider(_ instant: Instant) { deadline = deadline.map { min($0, instant) } ?? instant }

        // What the socket took in the meantime shows only by looking.
        if let unreadSince { consider(min(unreadSince + limits.unreadTime, now + limits.unreadTime / 4)) }
        if let lingeringSince {
            consider(lingeringSince + limits.lingerTime)
            return deadline
        }
        switch phase {
        case .idle(let since): if openRequests == 0 { consider(since + limits.idleTime) }
        case .head(let since, _): if openRequests == 0 { consider(since + limits.headTime) }
        case .body:
            if let blamedSince { consider(blamedSince + min(limits.bodySilence - silence, patience - blame)) }
        }
        return deadline
    }

    /// For how long this much body may have let the server wait.
    private var patience: Duration {
        guard limits.bodyRate > 0 else { return .nanoseconds(Int64.max) }
        return max(limits.bodyGrace, .seconds(Double(bodyCount) / Double(limits.bodyRate)))
    }

    /// Books the time since the last event, and whether the time from now on is the client's.
    private mutating func settle(_ now: Instant) {
        if let blamedSince {
            blame += now - blamedSince
            silence += now - blamedSince
        }
        // While an earlier answer is under way, the client may well wait for that. Behind the last answer nobody reads
        // the rest of a body but to be rid of it.
        let isAwaited = openRequests == 0 || openRequests == 1 && isBodyWanted
        blamedSince = isWaiting && isWithinBody && isAwaited ? now : nil
    }
}
