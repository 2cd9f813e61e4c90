/// Which bytes are still wanted, and which request is after them.
///
/// Consecutive chunks go out as one ranged request, a span, so that no connection idles for a round trip per chunk.
/// Every wanted byte is in exactly one place: in a gap, or in a running span.
public struct SpanPlanner: Sendable, Equatable {
    /// Wanted bytes that nobody is after.
    public struct Gap: Sendable, Equatable {
        public var range: ByteRange
        /// Not to be asked for before this.
        public var notBefore: Instant
        /// Failures in a row at its first byte.
        public var failures: Int
        /// Whether it waits because nothing was heard of the remote.
        public var isOutage = false
    }

    /// A running request.
    public struct Span: Sendable, Equatable {
        /// What it will bring; the end moves when half of it is given away.
        public var range: ByteRange
        /// The offset of the next byte to arrive, as last reported.
        public var received: Int64
        public var startedAt: Instant
        /// Failures in a row at its first byte, before this try.
        public var failures: Int

        public var remaining: Int64 { range.end - received }

        /// Bytes per second since it began.
        public func bytesPerSecond(at now: Instant) -> Double {
            let seconds = (now - startedAt).inSeconds
            return seconds > 0 ? Double(received - range.start) / seconds : 0
        }
    }

    /// In order of their ranges.
    public private(set) var gaps: [Gap] = []
    public private(set) var running: [RequestID: Span] = [:]
    /// Where spans may be cut, in bytes.
    private let chunkSize: Int64
    /// Whether each request asks for one chunk only, because the server signs each answer.
    public var isChunkwise = false

    public init(chunkSize: Int64) {
        self.chunkSize = chunkSize
    }

    /// Whether nothing is wanted any more.
    public var isComplete: Bool { gaps.isEmpty && running.isEmpty }

    /// When the next gap may be asked for; `nil` without gaps.
    public var nextRetry: Instant? { gaps.lazy.map(\.notBefore).min() }

    /// Makes bytes wanted that are not yet.
    public mutating func want(
        _ range: ByteRange, notBefore: Instant = .zero, failures: Int = 0, isOutage: Bool = false
    ) {
        guard !range.isEmpty else { return }
        let index = gaps.firstIndex { $0.range.start >= range.start } ?? gaps.endIndex
        gaps.insert(Gap(range: range, notBefore: notBefore, failures: failures, isOutage: isOutage), at: index)
    }

    /// The remote has answered: gaps that wait because nothing was heard of it wait until `notBefore()` at most.
    public mutating func endOutage(notBefore: () -> Instant) {
        for index in gaps.indices where gaps[index].isOutage {
            gaps[index].notBefore = min(gaps[index].notBefore, notBefore())
            gaps[index].isOutage = false
        }
    }

    /// Lets every gap be asked for at once.
    public mutating func forgetBackOff() {
        for index in gaps.indices {
            gaps[index].notBefore = .zero
            gaps[index].failures = 0
            gaps[index].isOutage = false
        }
    }

    /// Cuts the largest gaps at chunk boundaries until there is one for each of `count` connections, or until the
    /// pieces would be too small to be worth a request.
    public mutating func partition(into count: Int) {
        while gaps.count + running.count < count {
            guard let index = gaps.indices.max(by: { gaps[$0].range.length < gaps[$1].range.length }),
                let middle = middle(of: gaps[index].range)
            else { return }
            let whole = gaps[index]
            gaps[index].range.end = middle
            gaps.insert(
                Gap(range: ByteRange(middle, whole.range.end), notBefore: whole.notBefore, failures: 0), at: index + 1)
        }
    }

    /// Notes a request that runs already, for exactly these bytes.
    public mutating func adopt(_ id: RequestID, _ range: ByteRange, startedAt: Instant) {
        running[id] = Span(range: range, received: range.start, startedAt: startedAt, failures: 0)
    }

    /// Gives the first gap that may be asked for to request `id`.
    ///
    /// - Parameter limit: The most bytes to give.
    public mutating func take(for id: RequestID, at now: Instant, limit: Int64 = .max) -> Span? {
        guard let index = gaps.firstIndex(where: { $0.notBefore <= now }) else { return nil }
        let gap = gaps[index]
        var end = gap.range.end
        if isChunkwise { end = min(end, (gap.range.start / chunkSize + 1) * chunkSize) }
        if limit < end - gap.range.start { end = gap.range.start + limit }
        if end == gap.range.end {
            gaps.remove(at: index)
        } else {
            gaps[index] = Gap(range: ByteRange(end, gap.range.end), notBefore: gap.notBefore, failures: 0)
        }
        return run(ByteRange(gap.range.start, end), for: id, at: now, failures: gap.failures)
    }

    /// Gives the back half of the span that would take longest to request `id`.
    ///
    /// - Parameter worthwhile: A span that will be over sooner than this is left alone.
    /// - Returns: The request that is cut, where, and the new span; `nil` if there is nothing worth taking.
    public mutating func steal(
        for id: RequestID, at now: Instant, worthwhile: Duration = .milliseconds(300)
    ) -> (victim: RequestID, end: Int64, span: Span)? {
        guard !isChunkwise else { return nil }
        let candidates = running.filter { _, span in
            guard span.range.end != .max else { return false }
            let rate = span.bytesPerSecond(at: now)
            return rate <= 0 || Double(span.remaining) / rate > worthwhile.inSeconds
        }
        guard
            let (victim, span) = candidates.max(by: { ($0.value.remaining, $0.key) < ($1.value.remaining, $1.key) }),
            let middle = middle(of: ByteRange(span.received, span.range.end))
        else { return nil }
        running[victim]?.range.end = middle
        return (victim, middle, run(ByteRange(middle, span.range.end), for: id, at: now, failures: 0))
    }

    /// A running span that crawls: slower than 0.3 of the mean of its siblings, for at least `patience`.
    public func crawler(at now: Instant, patience: Duration = .seconds(5)) -> RequestID? {
        let rates = running.mapValues { $0.bytesPerSecond(at: now) }
        guard running.count > 2 else { return nil }
        let sum = rates.values.reduce(0, +)
        return running.filter { id, span in
            let mean = (sum - rates[id]!) / Double(running.count - 1)
            return now - span.startedAt >= patience && rates[id]! < 0.3 * mean && span.remaining > 0
        }.map(\.key).min()
    }

    /// Notes how far a request is.
    public mutating func progressed(_ id: RequestID, to offset: Int64) {
        guard let span = running[id], offset > span.received else { return }
        running[id]?.received = min(offset, span.range.end)
    }

    /// Lets a request for bytes up to an unknown end know where the end is.
    public mutating func setEnd(of id: RequestID, to end: Int64) {
        guard let span = running[id], end >= span.received else { return }
        running[id]?.range.end = end
    }

    /// Takes a request off the list; what it did not bring is wanted again.
    ///
    /// - Returns: Its span as it was, and what is left of it.
    public mutating func end(
        _ id: RequestID, receivedEnd: Int64, notBefore: Instant = .zero, failures: Int = 0, isOutage: Bool = false
    ) -> (span: Span, rest: ByteRange)? {
        guard let span = running.removeValue(forKey: id) else { return nil }
        let reached = min(max(receivedEnd, span.range.start), span.range.end)
        let rest = ByteRange(reached, span.range.end)
        want(rest, notBefore: notBefore, failures: failures, isOutage: isOutage)
        return (span, rest)
    }

    private mutating func run(_ range: ByteRange, for id: RequestID, at now: Instant, failures: Int) -> Span {
        let span = Span(range: range, received: range.start, startedAt: now, failures: failures)
        running[id] = span
        return span
    }

    /// The chunk boundary nearest to the middle, if at least a chunk lies on either side.
    private func middle(of range: ByteRange) -> Int64? {
        let middle = (range.start + range.length / 2 + chunkSize - 1) / chunkSize * chunkSize
        guard middle - range.start >= chunkSize, range.end - middle >= chunkSize else { return nil }
        return middle
    }
}
