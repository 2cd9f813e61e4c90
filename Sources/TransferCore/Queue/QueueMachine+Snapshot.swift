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
        var row = TransferSnapshot(
            id: id, direction: record.direction, source: SafeText(record.shownSource),
            destination: SafeText(record.shownDestination),
            name: SafeText(Self.name(of: record)),
            state: entry.isBeingVerified ? .verifying : record.state, createdAt: record.createdAt)
        row.bytesTotal = record.size
        row.bytesDone = record.bytesDone
        row.chunksTotal = record.plan?.count ?? 0
        row.chunksDone = record.chunksDone
        row.retries = record.retries
        row.error = record.error
        row.explanation = record.explanation.map(SafeText.init)
        row.isResumable = record.isResumable
        row.finishedAt = record.finishedAt
        row.sha256 = record.sha256
        row.chunks = entry.chunks
        if let machine = entry.machine {
            machine.describe(&row, gate: gates[remote(of: id)]?.closedUntil ?? .zero, at: now)
        }
        return row
    }

    private func detail(of id: TransferID, at now: Instant) -> TransferDetail? {
        guard let entry = entries[id] else { return nil }
        var detail = TransferDetail(id: id)
        detail.attempts = entry.attempts
        detail.partPath = entry.record.state == .completed ? nil : entry.record.partPath.map(SafeText.init)
        if let digest = entry.record.options.sha256 ?? entry.record.version?.digest {
            detail.expectedDigest = SafeText("sha-256: \(digest)")
        }
        detail.inFlight = entry.machine?.inFlight(at: now) ?? []
        detail.chunkSize = entry.record.chunkSize
        var measures = entry.machine?.measures ?? entry.measures
        detail.speeds = measures.speeds
        detail.latencies = measures.latencies
        detail.throughput = measures.history.values(at: now)
        detail.chunk = watchedChunk(of: entry)
        if let address = entry.record.upload?.address { detail.finalAddress = SafeText(Redaction.address(address)) }
        guard let version = entry.record.version else { return detail }
        let tag = version.validator.entityTag?.fieldValue ?? version.validator.lastModified
        detail.validator = tag.map(SafeText.init)
        if version.address != entry.record.source {
            detail.finalAddress = SafeText(Redaction.address(version.address))
        }
        return detail
    }

    /// What is known of the chunk that is looked at.
    private func watchedChunk(of entry: Entry) -> WatchedChunk? {
        guard let (index, bookmark) = inspected, let plan = entry.machine?.table.plan ?? entry.record.plan,
            (0..<plan.count).contains(index)
        else { return nil }
        let range = plan.range(of: index)
        var chunk = WatchedChunk(
            index: index, range: range, safeBytes: entry.machine?.table.safeBytes(index) ?? bookmark?.bytes ?? 0,
            triesAllowed: settings.retry.limit)
        chunk.receipt = bookmark?.receipt
        if entry.record.direction == .download, chunk.safeBytes > 0 { chunk.checksum = bookmark?.checksum }
        chunk.attempts = entry.attempts.filter { $0.chunk == index }
        chunk.head = entry.heads[index]
        if let wait = entry.machine?.wait(forChunk: index) {
            chunk.nextTry = max(wait.notBefore, gates[remote(of: entry.record.id)]?.closedUntil ?? .zero)
            chunk.failures = wait.failures
        }
        return chunk
    }

    /// The best name for people.
    private static func name(of record: TransferRecord) -> String {
        let isUpload = record.direction == .upload
        let path =
            isUpload
            ? record.source : record.finalPath ?? (record.destination.hasSuffix("/") ? nil : record.destination)
        if let path { return String(path[path.index(after: path.lastIndex(of: "/") ?? path.startIndex)...]) }
        // In the key of an object these characters have no meaning.
        let isURL = RemoteKind(record.source) == .http
        let address = Redaction.address(record.source).prefix { !isURL || $0 != "?" && $0 != "#" }
        let last = address.split(separator: "/").last.map(String.init) ?? record.source
        return last
    }
}
