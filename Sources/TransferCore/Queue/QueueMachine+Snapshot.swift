extension QueueMachine {
    /// The picture of now. Only what changed since the last one is made anew.
    public mutating func snapshot(at moment: Moment) -> EngineSnapshot {
        // Rates and countdowns of running transfers change by themselves.
        dirty.formUnion(running)
        for id in dirty {
            guard let index = rowIndex[id] else { continue }
            rows[index] = row(of: id, at: moment.now)
        }
        dirty = []
        sequence += 1
        var snapshot = EngineSnapshot(takenAt: moment.now, takenAtWall: moment.wall)
        snapshot.sequence = sequence
        snapshot.transfers = rows
        snapshot.watched = watched.flatMap { detail(of: $0, at: moment.now) }
        snapshot.events = log.suffix(200)
        snapshot.throughput = throughput.values(at: moment.now)
        snapshot.commandsTaken = commandsTaken
        snapshot.isIdle = isIdle
        return snapshot
    }

    func row(of id: TransferID, at now: Instant) -> TransferSnapshot {
        guard let entry = entries[id] else { preconditionFailure("no transfer \(id)") }
        let record = entry.record
        let source = Redaction.address(record.source)
        var row = TransferSnapshot(
            id: id, direction: record.direction, source: SafeText(source),
            destination: SafeText(record.finalPath ?? record.destination), name: SafeText(Self.name(of: record)),
            state: entry.isBeingVerified ? .verifying : record.state, createdAt: record.createdAt)
        row.bytesTotal = record.version?.size
        row.bytesDone = record.bytesDone
        if let version = record.version, let size = version.size {
            row.chunksTotal = ChunkPlan(size: size, chunkSize: version.chunkSize).count
        }
        row.chunksDone = record.chunksDone
        row.retries = record.retries
        row.error = record.error
        row.explanation = record.explanation.map(SafeText.init)
        row.isResumable = record.version?.isResumable
        row.finishedAt = record.finishedAt
        row.sha256 = record.sha256
        row.chunks = entry.chunks
        if let machine = entry.machine { fill(&row, from: machine, at: now) }
        return row
    }

    private func fill(_ row: inout TransferSnapshot, from machine: DownloadMachine, at now: Instant) {
        row.chunks = machine.table.statuses
        row.chunksTotal = row.bytesTotal == nil ? 0 : machine.table.count
        row.chunksDone = machine.table.chunksDone
        row.bytesDone = machine.table.bytesDone
        row.connections = machine.planner.running.count
        switch machine.phase {
        case .loading, .reopening, .creating: row.state = .preparing
        case .probing, .fetching:
            row.state = machine.phase == .fetching ? .active : .preparing
            guard machine.planner.running.isEmpty, machine.comparing == nil else { break }
            let gate = gates[remote(of: machine.currentRecord.id)]?.closedUntil ?? .zero
            let until = max(machine.openingNotBefore, machine.planner.nextRetry ?? .zero, gate)
            if until > now {
                row.state = .waiting
                row.waitingUntil = until
            }
        case .finishing: row.state = .verifying
        case .closing, .ended: break
        }
        guard row.state == .active || row.state == .waiting else { return }
        row.bytesPerSecond = machine.rate.bytesPerSecond(at: now)
        if let total = row.bytesTotal {
            row.timeLeft = machine.rate.timeLeft(for: total - row.bytesDone, at: now)
        }
    }

    private func detail(of id: TransferID, at now: Instant) -> TransferDetail? {
        guard let entry = entries[id] else { return nil }
        var detail = TransferDetail(id: id)
        detail.attempts = entry.attempts
        detail.partPath = entry.record.state == .completed ? nil : entry.record.partPath.map(SafeText.init)
        if let digest = entry.record.options.sha256 ?? entry.record.version?.digest {
            detail.expectedDigest = SafeText("sha-256: \(digest)")
        }
        guard let version = entry.record.version else { return detail }
        detail.chunkSize = version.chunkSize
        let tag = version.validator.entityTag?.fieldValue ?? version.validator.lastModified
        detail.validator = tag.map(SafeText.init)
        if version.address != entry.record.source {
            detail.finalAddress = SafeText(Redaction.address(version.address))
        }
        guard let machine = entry.machine else { return detail }
        for (id, span) in machine.planner.running.sorted(by: { $0.value.range.start < $1.value.range.start }) {
            let chunk = Int(span.received / version.chunkSize)
            let head = machine.heads[id]
            detail.inFlight.append(
                RequestSnapshot(
                    chunk: chunk, range: ByteRange(span.received, max(span.received, span.range.end)),
                    chunkBytes: span.received - Int64(chunk) * version.chunkSize,
                    bytesPerSecond: span.bytesPerSecond(at: now), timeToFirstByte: head?.timeToFirstByte,
                    status: head?.status))
        }
        return detail
    }

    /// The best name for people.
    private static func name(of record: TransferRecord) -> String {
        let path = record.finalPath ?? (record.destination.hasSuffix("/") ? nil : record.destination)
        if let path { return String(path[path.index(after: path.lastIndex(of: "/") ?? path.startIndex)...]) }
        let address = Redaction.address(record.source).prefix { $0 != "?" && $0 != "#" }
        let last = address.split(separator: "/").last.map(String.init) ?? record.source
        return last
    }
}
