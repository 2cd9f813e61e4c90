import NIOCore
import TransferCore

/// Keeps one connection's ``ConnectionPace`` told and its timer set. Lives on the channel's event loop.
final class ConnectionWatch {
    private let eventLoop: any EventLoop
    private var pace: ConnectionPace
    private var timer: (task: Scheduled<Void>, at: Instant)?

    /// Carries out a verdict.
    var onVerdict: (ConnectionPace.Verdict) -> Void = { _ in }
    /// Tells how many bytes wait for room in the socket.
    var pendingOutput: () -> Int = { 0 }
    /// The connection is about to end: what still comes is thrown away.
    private(set) var isEnding = false

    init(limits: ConnectionLimits, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        pace = ConnectionPace(limits: limits, now: Instant(eventLoop.now))
    }

    var now: Instant { Instant(eventLoop.now) }
    var isWithinBody: Bool { pace.isWithinBody }

    /// Something happened.
    func note(_ change: (inout ConnectionPace, Instant) -> Void) {
        let now = now
        change(&pace, now)
        arm(now)
    }

    /// Bytes came; `decode` hands them on, and what they mean is noted before it returns.
    func bytesCame(_ count: Int, decode: () -> Void) {
        note { $0.bytesCame(count, now: $1) }
        decode()
        if pace.isWithinHead { look() }
    }

    /// Begins to end the connection: it closes after the time to linger, whatever happens until then.
    func end() {
        isEnding = true
        note { $0.outputEnded(now: $1) }
    }

    /// The channel is closed.
    func stop() {
        timer?.task.cancel()
        timer = nil
        onVerdict = { _ in }
        pendingOutput = { 0 }
    }

    /// Looks whether the connection takes too long.
    func look() {
        let now = now
        pace.outputPends(pendingOutput(), now: now)
        let verdict = pace.verdict(now: now)
        if verdict == .fine { arm(now) } else { onVerdict(verdict) }
    }

    /// A timer that is too early only looks and is set anew, which is cheaper than setting it at each event.
    private func arm(_ now: Instant) {
        guard let deadline = pace.deadline(now: now), timer.map({ deadline < $0.at }) ?? true else { return }
        timer?.task.cancel()
        let task = eventLoop.assumeIsolated().scheduleTask(deadline: NIODeadline(deadline)) { [weak self] in
            self?.timer = nil
            self?.look()
        }
        timer = (task, deadline)
    }
}

extension Instant {
    init(_ deadline: NIODeadline) {
        self.init(nanoseconds: Int64(clamping: deadline.uptimeNanoseconds))
    }
}

extension NIODeadline {
    init(_ instant: Instant) {
        self = .uptimeNanoseconds(UInt64(clamping: instant.nanoseconds))
    }
}
