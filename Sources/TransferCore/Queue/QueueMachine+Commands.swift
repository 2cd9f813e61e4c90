extension QueueMachine {
    mutating func carryOut(_ command: EngineCommand, _ moment: Moment) {
        switch command {
        case .add(let wishes):
            additionsUnderWay += 1
            effects.append(.insert(wishes))
        case .pause(let ids): for id in ids { pause(id, moment) }
        case .resume(let ids): for id in ids { resume(id, moment) }
        case .retry(let ids): for id in ids { retry(id, moment) }
        case .remove(let ids, let withData): for id in ids { remove(id, withData: withData, moment) }
        case .verify(let ids): for id in ids { verify(id, moment) }
        case .pauseAll: for id in order { pause(id, moment) }
        case .resumeAll: for id in order where entries[id]?.record.state == .paused { resume(id, moment) }
        case .watch(let id): watch(id)
        }
    }

    private mutating func pause(_ id: TransferID, _ moment: Moment) {
        guard let entry = entries[id] else { return }
        if entry.machine != nil {
            entries[id]?.next = nil
            with(id, moment) { $0.close(.paused, moment) }
        } else if entry.record.state == .queued {
            dequeue(id)
            entries[id]?.record.state = .paused
            save(id)
        }
    }

    private mutating func resume(_ id: TransferID, _ moment: Moment) {
        guard let entry = entries[id] else { return }
        if let machine = entry.machine {
            if case .closing(.paused) = machine.phase { entries[id]?.next = .queue }
        } else if entry.record.state == .paused, !entry.isBeingVerified {
            retry(id, moment)
        }
    }

    private mutating func retry(_ id: TransferID, _ moment: Moment) {
        guard let entry = entries[id], !entry.isBeingVerified else { return }
        if let machine = entry.machine {
            switch machine.phase {
            case .closing(.paused), .closing(.failed): entries[id]?.next = .queue
            default: with(id, moment) { $0.retryNow() }
            }
            return
        }
        guard entry.record.state == .paused || entry.record.state == .failed else { return }
        if entry.record.error?.code == .digestMismatch {
            // What is there has the wrong digest and matches its own checksums: it came that way.
            if let path = entry.record.partPath, let part = entry.record.part {
                effects.append(.deleteFile(path: path, identity: part))
            }
            entries[id]?.record.forgetProgress()
            entries[id]?.chunks = []
            effects.append(.forgetChunks(id))
        }
        requeue(id)
    }

    private mutating func remove(_ id: TransferID, withData: Bool, _ moment: Moment) {
        guard let entry = entries[id] else { return }
        if entry.machine != nil {
            entries[id]?.next = nil
            return with(id, moment) { $0.close(.removed(withData: withData), moment) }
        }
        if withData, entry.record.state != .completed, let path = entry.record.partPath, let part = entry.record.part {
            effects.append(.deleteFile(path: path, identity: part))
        }
        forget(id)
    }

    mutating func verify(_ id: TransferID, _ moment: Moment) {
        guard let entry = entries[id], !entry.isBeingVerified else { return }
        if let machine = entry.machine {
            guard case .fetching = machine.phase else { return }
            entries[id]?.next = .verify
            return with(id, moment) { $0.close(.suspended, moment) }
        }
        guard let version = entry.record.version, let size = version.size, let part = entry.record.part,
            let finalPath = entry.record.finalPath
        else {
            return tell(
                EngineEvent(
                    at: moment.wall, transfer: id, kind: .info, text: SafeText("there is nothing to verify yet")))
        }
        dequeue(id)
        entries[id]?.isBeingVerified = true
        entriesBeingVerified += 1
        dirty.insert(id)
        effects.append(
            .verify(
                id,
                VerifyOrder(
                    finalPath: finalPath, part: part, plan: ChunkPlan(size: size, chunkSize: version.chunkSize),
                    isCompleted: entry.record.state == .completed)))
    }

    mutating func verified(_ id: TransferID, _ result: Result<VerifyReport, TransferError>, _ moment: Moment) {
        guard let entry = entries[id], entry.isBeingVerified else { return }
        entries[id]?.isBeingVerified = false
        entriesBeingVerified -= 1
        dirty.insert(id)
        let text: String
        var kind = EngineEvent.Kind.problem
        switch result {
        case .success(let report) where report.damaged.isEmpty:
            text = "verified: all \(report.checked) chunks match their checksums"
            kind = .success
            if entry.record.state == .queued || entry.record.state == .verifying { enqueue(id) }
        case .success(let report):
            text = "verified: \(report.damaged.count) of \(report.checked) chunks are damaged and fetched again"
            entries[id]?.record.finishedAt = nil
            entries[id]?.record.sha256 = nil
            effects.append(.dropChunks(id, report.damaged))
            requeue(id)
        case .failure(let error):
            text = "cannot verify: \(error.detail)"
            if entry.record.state == .queued { enqueue(id) }
        }
        entries[id]?.record.explanation = text
        save(id)
        tell(EngineEvent(at: moment.wall, transfer: id, kind: kind, text: SafeText(text)))
    }

    private mutating func watch(_ id: TransferID?) {
        watched = id
        guard let id, let entry = entries[id], entry.machine == nil, entry.chunks.isEmpty, entry.record.version != nil
        else { return }
        effects.append(.loadDetail(id))
    }

    /// Fills in the chunks of a transfer that does not run, for people to look at.
    mutating func show(_ id: TransferID, _ bookmark: [ChunkBookmark], _ attempts: [Attempt]) {
        guard let entry = entries[id], entry.machine == nil, let version = entry.record.version else { return }
        var table = ChunkTable(size: version.size, chunkSize: version.chunkSize)
        for chunk in bookmark where version.size == nil || chunk.index < table.count { table.setSafe(chunk) }
        entries[id]?.chunks = table.statuses
        if entry.attempts.isEmpty { entries[id]?.attempts = attempts }
        dirty.insert(id)
    }

    private mutating func save(_ id: TransferID) {
        guard let record = entries[id]?.record else { return }
        effects.append(.save(record))
        dirty.insert(id)
    }
}
