extension DownloadMachine {
    // MARK: What people are shown

    func describe(_ row: inout TransferSnapshot, gate: Instant, at now: Instant) {
        row.chunks = table.statuses
        row.chunksTotal = row.bytesTotal == nil ? 0 : table.count
        row.chunksDone = table.chunksDone
        row.bytesDone = table.bytesDone
        row.connections = planner.running.count
        switch phase {
        case .loading, .reopening, .creating: row.state = .preparing
        case .probing, .fetching:
            row.state = phase == .fetching ? .active : .preparing
            guard planner.running.isEmpty, comparing == nil else { break }
            let until = max(openingNotBefore, planner.nextRetry ?? .zero, gate)
            if until > now {
                row.state = .waiting
                row.waitingUntil = until
            }
        case .finishing: row.state = .verifying
        case .closing, .ended: break
        }
        guard row.state == .active || row.state == .waiting else { return }
        row.bytesPerSecond = rate.bytesPerSecond(at: now)
        if let total = row.bytesTotal, !rate.isStalled(at: now) {
            row.timeLeft = rate.timeLeft(for: total - row.bytesDone, at: now)
        }
    }

    func wait(forChunk chunk: Int) -> ChunkWait? {
        guard let version = record.version else { return nil }
        let range = ByteRange(Int64(chunk) * version.chunkSize, Int64(chunk + 1) * version.chunkSize)
        let gap = planner.gaps.first {
            $0.failures > 0 && $0.range.start >= range.start && $0.range.start < range.end
        }
        return gap.map { ChunkWait(notBefore: $0.notBefore, failures: $0.failures) }
    }

    /// Notes how fast the chunks came that a request has finished.
    mutating func measure(_ answer: inout RunningAnswer?, from: Int64, to offset: Int64, at now: Instant) {
        guard let mark = answer?.mark, let version = record.version else { return }
        let isEnd = offset == version.size && offset > from
        let chunks = Int(from / version.chunkSize)..<Int(offset / version.chunkSize) + (isEnd ? 1 : 0)
        guard !chunks.isEmpty else { return }
        for chunk in chunks where chunk < table.count {
            measures.note(
                chunk, of: table.count, bytes: offset - mark.offset, in: now - mark.at,
                latency: answer?.timeToFirstByte)
        }
        answer?.mark = (offset, now)
    }

    func inFlight(at now: Instant) -> [RequestSnapshot] {
        guard let version = record.version else { return [] }
        return planner.running.sorted { $0.value.range.start < $1.value.range.start }.map { id, span in
            let chunk = Int(span.received / version.chunkSize)
            let head = heads[id]
            return RequestSnapshot(
                chunk: chunk, range: ByteRange(span.received, max(span.received, span.range.end)),
                chunkBytes: span.received - Int64(chunk) * version.chunkSize,
                bytesPerSecond: span.bytesPerSecond(at: now), timeToFirstByte: head?.timeToFirstByte,
                status: head?.status)
        }
    }
}

/// The answer to a request that is under way.
struct RunningAnswer: Sendable {
    var timeToFirstByte: Duration
    var status: Int
    /// Where and when the last chunk that it has finished ended.
    var mark: (offset: Int64, at: Instant)
}
