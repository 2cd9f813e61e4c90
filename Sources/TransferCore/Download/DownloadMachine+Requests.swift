extension DownloadMachine {
    // MARK: Asking

    /// The remote that the next request goes to.
    public var address: String { record.version?.address ?? record.source }

    /// Whether a connection could be used now.
    func wantsRequest(at now: Instant) -> Bool {
        guard now >= openingNotBefore else { return false }
        switch phase {
        case .probing: return planner.running.isEmpty && comparing == nil && isDue(now)
        case .fetching:
            if needsComparison { return planner.running.isEmpty && comparing == nil && hasDueGap(now) }
            guard planner.running.count < connectionLimit else { return false }
            return isDue(now) || mayTakeFromOthers(now)
        default: return false
        }
    }

    /// When a request that waits now could be made; `nil` if none waits.
    func nextWish(after now: Instant) -> Instant? {
        guard phase == .probing || phase == .fetching else { return nil }
        return [openingNotBefore, planner.nextRetry ?? .zero].filter { $0 > now }.min()
    }

    /// Requests at the same time. Without a strong validator two answers may be of two versions, so there is one.
    var connectionLimit: Int {
        isSingleStream || record.version?.validator.isStrong == false ? 1 : max(1, record.options.connections)
    }

    private func isDue(_ now: Instant) -> Bool {
        needsComparison || hasDueGap(now)
    }

    private func hasDueGap(_ now: Instant) -> Bool {
        planner.gaps.contains { $0.notBefore <= now }
    }

    private func mayTakeFromOthers(_ now: Instant) -> Bool {
        guard planner.gaps.isEmpty, record.version?.isResumable == true else { return false }
        var copy = planner
        return copy.steal(for: RequestID(.max), at: now) != nil
    }

    /// Makes the next request; `nil` if there is none to make after all.
    mutating func nextRequest(id: RequestID, at now: Instant) -> Effect? {
        if needsComparison {
            if let comparison = compareRequest(id: id) { return .request(comparison) }
            // There is nothing yet that could be compared.
            needsComparison = false
        }
        let span: SpanPlanner.Span
        if let taken = planner.take(for: id, at: now) {
            span = taken
        } else if let stolen = planner.steal(for: id, at: now) {
            effects.append(.shorten(stolen.victim, end: stolen.end))
            span = stolen.span
        } else {
            return nil
        }
        if record.version != nil { table.mark(table.plan.index(at: span.range.start), .active) }
        return .request(order(id: id, purpose: .fetch, range: span.range, isRetry: span.failures > 0))
    }

    /// Bytes before the first gap, or else behind the first done chunk, are fetched once more and compared.
    private mutating func compareRequest(id: RequestID) -> RequestOrder? {
        guard let version = record.version else { return nil }
        var end = planner.gaps.first?.range.start ?? 0
        if end == 0, let index = (0..<table.count).first(where: { table.safeBytes($0) > 0 }) {
            end = table.plan.range(of: index).start + table.safeBytes(index)
        }
        guard end > 0, version.size != nil else { return nil }
        // The compared bytes must be safe ones; a safe prefix may begin at its chunk only.
        let chunkStart = table.plan.range(of: table.plan.index(at: end - 1)).start
        let start = max(chunkStart, end - settings.overlapLength)
        comparing = id
        return order(id: id, purpose: .compare, range: ByteRange(start, end), isRetry: false)
    }

    private mutating func order(
        id: RequestID, purpose: RequestOrder.Purpose, range: ByteRange, isRetry: Bool
    ) -> RequestOrder {
        let version = record.version
        let address = version?.address ?? record.source
        let precondition = omitsPrecondition ? nil : version?.validator.precondition
        sent[id] = (address, precondition != nil)
        return RequestOrder(
            id: id, transfer: record.id, purpose: purpose, address: address,
            expectation: RangeExpectation(
                range: range, acceptsAnyVersion: version == nil, total: version?.size, validator: version?.validator,
                contentEncoding: version?.contentEncoding),
            precondition: precondition, options: record.options,
            needsFreshConnection: isRetry, source: record.source, checksum: version?.checksum)
    }

    // MARK: Answers

    mutating func accepted(_ id: RequestID, _ head: AcceptedHead, _ moment: Moment) {
        if let span = planner.running[id] {
            let status = if case .partial = head.kind { 206 } else { 200 }
            heads[id] = RunningAnswer(
                timeToFirstByte: moment.now - span.startedAt, status: status,
                mark: (max(span.received, span.range.start), moment.now))
        }
        planner.endOutage { moment.now + settings.retry.delayAfterOutage(using: &random) }
        guard id != comparing else { return }
        openingFailures = 0
        if phase == .probing {
            if record.version == nil { acceptedFirst(id, head, moment) } else { resumed(head, moment) }
        }
        if case .partial(let range) = head.kind, record.version?.isResumable == true {
            // A server may send less than it was asked for; the rest is asked for again.
            if let span = planner.running[id], chunkEnd(range.end) < span.range.end {
                planner.setEnd(of: id, to: chunkEnd(range.end))
                planner.want(ByteRange(chunkEnd(range.end), span.range.end))
            }
        }
        if phase == .fetching, sent[id]?.address == record.source, record.version?.address == record.source,
            head.address != record.source
        {
            // The original address has led to a new one.
            record.version?.address = head.address
            effects.append(.save(record))
        }
    }

    /// The end of the chunk that ends at or behind `offset`.
    ///
    /// Only there may another request begin while the one before is under way: the checksum of a chunk follows its
    /// bytes in order, and its bookmark is a prefix.
    private func chunkEnd(_ offset: Int64) -> Int64 {
        guard let version = record.version else { return offset }
        let end = (offset + version.chunkSize - 1) / version.chunkSize * version.chunkSize
        return max(offset, min(end, version.size ?? end))
    }

    /// The first answer of a fresh transfer tells what there is to fetch.
    private mutating func acceptedFirst(_ id: RequestID, _ head: AcceptedHead, _ moment: Moment) {
        guard let span = planner.running[id] else { return }
        let total: Int64? = head.kind == .empty ? 0 : head.facts.total
        if let total, total > ChunkPlan.maximumSize {
            let detail = "the server announces \(total) bytes, more than any file has"
            return close(.failed(TransferError(.unsupported, detail)), moment)
        }
        if case .partial(let range) = head.kind, !head.facts.validator.isStrong, !isSingleStream,
            range.end < total ?? .max
        {
            // A second answer could be of another version, and nothing would tell. One answer holds one version.
            isSingleStream = true
            explain("the server names no version of the file: one connection, and a resume compares an overlap", moment)
            return close(.restart, moment)
        }
        let chunkSize = ChunkPlan.chunkSize(
            forSize: total, wish: record.options.chunkSize ?? head.facts.checksum?.chunkSize)
        var isResumable = false
        if case .partial = head.kind { isResumable = true }
        record.version = RemoteVersion(
            size: total, validator: head.facts.validator, contentEncoding: head.facts.contentEncoding,
            address: head.address, isResumable: isResumable, digest: head.facts.wholeDigest,
            checksum: head.facts.checksum, chunkSize: chunkSize)
        table = ChunkTable(size: total, chunkSize: chunkSize)
        measures.forgetChunks()
        planner = SpanPlanner(chunkSize: chunkSize)
        switch head.kind {
        case .partial(let range):
            planner.isChunkwise = head.facts.bodyDigest != nil
            // What the answer lacks of its last chunk is wanted when it has ended.
            let end = chunkEnd(range.end)
            planner.adopt(id, ByteRange(range.start, end), startedAt: span.startedAt)
            planner.want(ByteRange(end, max(end, total ?? end)))
        case .whole:
            planner.adopt(id, ByteRange(0, total ?? .max), startedAt: span.startedAt)
        case .empty:
            planner.adopt(id, ByteRange(0, 0), startedAt: span.startedAt)
        }
        if head.kind == .whole {
            explain(
                total == nil
                    ? "the server tells no length and cannot resume: one connection"
                    : "the server ignores ranges: one connection, and it cannot resume", moment)
        }
        if let encoding = head.facts.contentEncoding {
            note(.problem, "the server sent \(encoding) although nobody asked: stored as it came", moment)
        }
        let name = head.facts.suggestedName ?? "download"
        let finalPath = record.destination.hasSuffix("/") ? record.destination + name : record.destination
        phase = .creating
        file = .opening
        rate.start(at: moment.now)
        effects.append(
            .openFile(
                record.id,
                .create(finalPath: finalPath, size: total, chunkSize: chunkSize, overwrite: record.options.overwrite)))
    }

    /// The first answer after a restart confirms that the bookmark still holds.
    private mutating func resumed(_ head: AcceptedHead, _ moment: Moment) {
        guard let version = record.version else { return }
        let summary =
            version.validator.isStrong
            ? "\(version.validator.summary) unchanged"
            : "\(version.validator.summary): size unchanged and an overlap is identical"
        explain(
            "\(summary), \(chunksKept) of \(table.count) chunks kept, \(table.count - chunksKept) to fetch", moment)
        if head.facts.bodyDigest != nil { planner.isChunkwise = true }
        if head.address != version.address {
            record.version?.address = head.address
            effects.append(.save(record))
        }
        phase = .fetching
        rate.start(at: moment.now)
    }

    // MARK: Ends

    mutating func requestEnded(_ id: RequestID, _ report: RequestReport, _ moment: Moment) {
        var head = heads.removeValue(forKey: id)
        let wasSent = sent.removeValue(forKey: id)
        if id == comparing {
            comparing = nil
            compared(report, askedAt: wasSent?.address, moment)
            return settleClosing(moment)
        }
        guard let span = planner.running[id] else { return }
        let receivedEnd = max(span.received, min(report.receivedEnd, span.range.end))
        measure(&head, from: span.received, to: receivedEnd, at: moment.now)
        advance(id, from: span.received, to: receivedEnd)
        switch report.outcome {
        case .completed:
            completed(id, span, report, moment)
        case .cancelled:
            _ = planner.end(id, receivedEnd: report.receivedEnd)
            unmark(span, from: report.receivedEnd)
        case .failed(let error, let retryAfter, let facts):
            keepAttempt(span, report, timeToFirstByte: report.timeToFirstByte ?? head?.timeToFirstByte, error, moment)
            if case .closing = phase {
                _ = planner.end(id, receivedEnd: report.receivedEnd)
            } else {
                failed(
                    id, span, report, error, retryAfter: retryAfter, facts: facts, wasSent: wasSent, moment)
            }
        }
        settleClosing(moment)
        finishIfComplete(moment)
    }

    private mutating func completed(
        _ id: RequestID, _ span: SpanPlanner.Span, _ report: RequestReport, _ moment: Moment
    ) {
        if report.receivedEnd > span.range.start { reResolutions = 0 }
        if span.range.end == .max {
            // Only now is it known how long the file is.
            planner.setEnd(of: id, to: report.receivedEnd)
            record.version?.size = report.receivedEnd
            table.setSize(report.receivedEnd)
        }
        if !span.range.isEmpty, report.receivedEnd <= span.range.start, planner.running[id]?.range.isEmpty == false {
            // Promised bytes and sent none that can be kept: without a penalty this would go on for ever.
            let error = TransferError(.shortBody, "the answer was too short to be of use")
            keepAttempt(span, report, timeToFirstByte: report.timeToFirstByte, error, moment)
            if case .closing = phase {
                _ = planner.end(id, receivedEnd: report.receivedEnd)
            } else {
                record.retries += 1
                again(id, report, error, span.failures + 1, nil, moment)
            }
            return
        }
        guard let (ended, rest) = planner.end(id, receivedEnd: report.receivedEnd) else { return }
        if !rest.isEmpty { needsComparison = needsComparisonBefore(rest) }
        if ended.failures > 0 {
            keepAttempt(span, report, timeToFirstByte: report.timeToFirstByte, nil, moment)
        }
    }

    private mutating func compared(_ report: RequestReport, askedAt: String?, _ moment: Moment) {
        switch report.outcome {
        case .completed: needsComparison = false
        case .cancelled: break
        case .failed(let error, let retryAfter, _):
            guard phase == .probing || phase == .fetching else { return }
            record.retries += 1
            if resolvesAnew(error, askedAt: askedAt, moment) { return }
            switch error.disposition {
            case .reconcile: restart(because: error.detail.description, moment)
            case .retry:
                openingFailures += 1
                guard openingFailures < settings.retry.limit else {
                    return close(.failed(TransferError(.tooManyAttempts, error.detail.description)), moment)
                }
                openingNotBefore =
                    moment.now
                    + settings.retry.delay(afterFailures: openingFailures, retryAfter: retryAfter, using: &random)
            case .needsUser, .fatal: close(.failed(error), moment)
            }
        }
    }

    /// Chunks that a request will not fill after all are pending again.
    private mutating func unmark(_ span: SpanPlanner.Span, from offset: Int64) {
        guard let version = record.version, span.range.end != .max, offset < span.range.end else { return }
        let index = Int(offset / version.chunkSize)
        guard index < table.count else { return }
        let state = table.statuses[index].state
        if state == .active || state == .verifying { table.mark(index, .pending) }
    }

    private mutating func keepAttempt(
        _ span: SpanPlanner.Span, _ report: RequestReport, timeToFirstByte: Duration?, _ error: TransferError?,
        _ moment: Moment
    ) {
        let duration = moment.now - span.startedAt
        let chunk = record.version.map { Int(min(report.receivedEnd, span.range.end - 1) / $0.chunkSize) } ?? 0
        effects.append(
            .keep(
                record.id,
                Attempt(
                    chunk: max(0, chunk), startedAt: moment.wall + .nanoseconds(-duration.nanoseconds),
                    timeToFirstByte: timeToFirstByte, duration: duration,
                    bytes: max(0, report.receivedEnd - span.range.start), status: report.status,
                    outcome: error.map { .failure($0) } ?? .success)))
        if let head = report.head { effects.append(.keepHead(head, chunk: max(0, chunk))) }
    }
}
