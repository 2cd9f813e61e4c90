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
        if let total = row.bytesTotal {
            row.timeLeft = rate.timeLeft(for: total - row.bytesDone, at: now)
        }
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
