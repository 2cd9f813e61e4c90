extension UploadMachine {
    // MARK: What people are shown

    func describe(_ row: inout TransferSnapshot, gate: Instant, at now: Instant) {
        row.chunks = table.statuses
        row.chunksTotal = record.upload == nil ? 0 : table.count
        row.chunksDone = table.chunksDone
        row.bytesDone = table.bytesDone
        row.bytesInFlight = sending.values.reduce(0) { $0 + $1.sent }
        for running in sending.values where running.chunk < row.chunks.count && running.sent > 0 {
            // Not all of it, however much was sent: it is safe only once the remote says so.
            let share = ChunkStatus.share(running.sent, of: table.plan.range(of: running.chunk).length)
            row.chunks[running.chunk].share = min(254, share)
        }
        row.connections = sending.count
        switch phase {
        case .opening, .loading, .recording: row.state = .preparing
        case .registering, .asking: wait(&row, else: .preparing, until: max(controlNotBefore, gate), now)
        case .sending:
            let again = retries.map(\.notBefore) + (doubtful.isEmpty ? [] : [questionTime])
            let next = untried > 0 && hasFreeConnection ? .zero : again.min() ?? .zero
            wait(&row, else: .active, until: max(next, gate), now)
        case .completing:
            // A server that is still at it is not what the word means.
            wait(&row, else: .verifying, until: controlFailures > 0 ? max(controlNotBefore, gate) : gate, now)
        case .concluding: row.state = .verifying
        case .aborting(let ending):
            if case .removed = ending { row.error = nil }
            guard ending == .restart else { break }
            wait(&row, else: .preparing, until: max(controlNotBefore, gate), now)
        case .closing(.removed): row.error = nil
        case .closing, .ended: break
        }
        guard row.state == .active || row.state == .waiting else { return }
        row.bytesPerSecond = rate.bytesPerSecond(at: now)
        if !sending.isEmpty { row.bytesSentPerSecond = sentRate.bytesPerSecond(at: now) }
        // Large chunks are acknowledged rarely; as long as bytes go out, that is no stall.
        if !rate.isStalled(at: now) || !sentRate.isStalled(at: now) {
            row.timeLeft = rate.timeLeft(for: table.plan.size - row.bytesDone, at: now)
        }
    }

    private func wait(
        _ row: inout TransferSnapshot, else state: TransferState, until: Instant, _ now: Instant
    ) {
        row.state = state
        guard sending.isEmpty, control == nil, until > now else { return }
        row.state = .waiting
        row.waitingUntil = until
    }

    func wait(forChunk chunk: Int) -> ChunkWait? {
        (retries + doubtful).first { $0.chunk == chunk && $0.failures > 0 }
            .map { ChunkWait(notBefore: $0.notBefore, failures: $0.failures) }
    }

    func inFlight(at now: Instant) -> [RequestSnapshot] {
        sending.values.sorted { $0.chunk < $1.chunk }.map { running in
            let range = table.plan.range(of: running.chunk)
            let seconds = (now - running.startedAt).inSeconds
            return RequestSnapshot(
                chunk: running.chunk, range: ByteRange(range.start + min(running.sent, range.length), range.end),
                chunkBytes: running.sent, bytesPerSecond: seconds > 0 ? Double(running.sent) / seconds : 0,
                timeToFirstByte: nil, status: nil)
        }
    }
}
