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
        case .forget(let ids):
            for id in ids where entries[id] != nil {
                if entries[id]?.machine == nil { forget(id) } else { remove(id, withData: false, moment) }
            }
        case .verify(let ids): for id in ids { verify(id, moment) }
        case .pauseAll: for id in order { pause(id, moment) }
        case .resumeAll:
            // What was to be removed is nothing that waits to go on.
            for id in order where entries[id]?.record.state == .paused && !isRemovalOpen(id) { resume(id, moment) }
        case .watch(let id): watch(id)
        case .inspect(let id, let chunk): inspect(id, chunk)
        }
    }

    private mutating func pause(_ id: TransferID, _ moment: Moment) {
        guard let entry = entries[id] else { return }
        if entry.machine != nil {
            entries[id]?.next = nil
            with(id, moment) { $0.close(.paused, moment) }
        } else if entry.record.state == .queued || entry.record.state == .verifying {
            dequeue(id)
            entries[id]?.record.state = .paused
            save(id)
        }
    }

    private mutating func resume(_ id: TransferID, _ moment: Moment) {
        guard let entry = entries[id] else { return }
        if let machine = entry.machine {
            if machine.pendingEnding == .paused { entries[id]?.next = .queue }
        } else if entry.record.state == .paused, !entry.isBeingVerified {
            retry(id, moment)
        }
    }

    private mutating func retry(_ id: TransferID, _ moment: Moment) {
        guard let entry = entries[id], !entry.isBeingVerified else { return }
        gates[remote(of: id)]?.open()
        if let machine = entry.machine {
            switch machine.pendingEnding {
            case .paused, .failed: entries[id]?.next = .queue
            default: with(id, moment) { $0.retryNow() }
            }
            return
        }
        guard entry.record.state == .paused || entry.record.state == .failed else { return }
        // What failed was its removal.
        if isRemovalOpen(id) { remove(id, withData: true, moment) } else { queueAgain(id) }
    }

    /// Whether a transfer is still there only because its store could not be told that it goes.
    private func isRemovalOpen(_ id: TransferID) -> Bool { entries[id]?.record.error?.code == .abortFailed }

    /// Puts a transfer back into the queue after an error, without what the error says cannot be built upon.
    mutating func queueAgain(_ id: TransferID) {
        switch entries[id]?.record.error?.code {
        case .digestMismatch:
            // What is there has the wrong digest and matches its own checksums: it came that way.
            // The next run deletes the part file: without a version there is nothing that it could be a part of.
            entries[id]?.record.version = nil
            entries[id]?.record.bytesDone = 0
            entries[id]?.record.chunksDone = 0
            entries[id]?.chunks = []
            effects.append(.forgetChunks(id))
        case .sourceChanged, .uploadMismatch:
            // Another content is another upload.
            entries[id]?.record.abandonUpload()
            entries[id]?.chunks = []
            effects.append(.forgetChunks(id))
        default: break
        }
        requeue(id)
    }

    mutating func remove(_ id: TransferID, withData: Bool, _ moment: Moment) {
        guard let entry = entries[id] else { return }
        let withData = withData && entry.record.finishedAt == nil
        if let machine = entry.machine {
            // A file that is getting its name gets it, and then the transfer goes.
            entries[id]?.next = machine.isFinishing ? .remove(withData: withData) : nil
            return with(id, moment) { $0.close(.removed(withData: withData), moment) }
        }
        if withData, let path = entry.record.partPath, let part = entry.record.part {
            effects.append(.deleteFile(path: path, identity: part))
        }
        guard isToldOfRemoval(entry.record, withData: withData) else { return forget(id) }
        dequeue(id)
        var machine = UploadMachine(record: entry.record, settings: settings, seed: random.next())
        if isShuttingDown { machine.stop() }
        entries[id]?.machine = machine
        running.append(id)
        with(id, moment) { $0.close(.removed(withData: true), moment) }
    }

    /// Whether there is something unfinished at the remote of a transfer that does not run, and the remote has to hear
    /// that it goes. What an object store keeps costs its owner money until somebody removes it, whatever key was
    /// pressed; a chunk server is told if it can be, since its copy expires by itself.
    ///
    /// An upload without an address may have been begun at an object store all the same, if the answer to its
    /// registration was lost in the last run. Finding that out would mean to begin one, and a transfer that cannot reach
    /// its store could not be removed any more: `carryon orphans` lists it.
    private func isToldOfRemoval(_ record: TransferRecord, withData: Bool) -> Bool {
        let isUnfinished = record.finishedAt == nil && record.upload?.address != nil
        guard isUnfinished || !record.abandoned.isEmpty else { return false }
        return RemoteKind(record.remoteAddress) == .s3 || withData && !isShuttingDown
    }

    mutating func verify(_ id: TransferID, _ moment: Moment) {
        guard let entry = entries[id], !entry.isBeingVerified else { return }
        guard entry.record.direction == .download else {
            let text = "nothing to verify here: the server has compared every chunk that it acknowledged"
            return tell(EngineEvent(at: moment.wall, transfer: id, kind: .info, text: SafeText(text)))
        }
        if let machine = entry.machine as? DownloadMachine {
            guard case .fetching = machine.phase else { return }
            // A run that could not go on afterwards is not interrupted.
            guard let version = entry.record.version, version.isResumable, version.size != nil else {
                let text = "cannot verify before the end, because the server cannot resume"
                return tell(EngineEvent(at: moment.wall, transfer: id, kind: .info, text: SafeText(text)))
            }
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
            // `finishedAt` stays: what was finished once is never deleted, and never given up for another version.
            entries[id]?.record.sha256 = nil
            countOut(report.damaged, of: id)
            if let record = entries[id]?.record {
                let progress = StoredProgress(bytesDone: record.bytesDone, chunksDone: record.chunksDone)
                effects.append(.dropChunks(id, report.damaged, progress))
            }
            requeue(id)
        case .failure(let error):
            text = "cannot verify: \(error.detail)"
            if !isShuttingDown { entries[id]?.record.error = error }
            if error.code == .partLost, entry.record.state == .completed {
                // What was finished once is not there any more.
                entries[id]?.record.state = .failed
            }
            if entry.record.state == .queued || entry.record.state == .verifying { enqueue(id) }
        }
        entries[id]?.record.explanation = text
        save(id)
        tell(EngineEvent(at: moment.wall, transfer: id, kind: kind, text: SafeText(text)))
    }

    /// Chunks that are not safe any more must not count as such, also before the next run has read the bookmark.
    private mutating func countOut(_ damaged: [Int], of id: TransferID) {
        guard let record = entries[id]?.record, let version = record.version, let size = version.size else { return }
        let plan = ChunkPlan(size: size, chunkSize: version.chunkSize)
        let lengths = damaged.filter { $0 < plan.count }.map { plan.range(of: $0).length }
        entries[id]?.record.bytesDone = max(0, record.bytesDone - lengths.reduce(0, +))
        entries[id]?.record.chunksDone = max(0, record.chunksDone - lengths.count)
    }

    private mutating func inspect(_ id: TransferID, _ chunk: Int?) {
        guard id == watched else { return }
        inspected = chunk.map { ($0, nil) }
        if let chunk { effects.append(.loadChunk(id, chunk)) }
    }

    private mutating func watch(_ id: TransferID?) {
        watched = id
        inspected = nil
        guard let id, let entry = entries[id], entry.machine == nil, entry.chunks.isEmpty,
            entry.record.version != nil || entry.record.upload?.address != nil
        else { return }
        effects.append(.loadDetail(id))
    }

    /// Fills in the chunks of a transfer that does not run, for people to look at.
    mutating func show(_ id: TransferID, _ bookmark: [ChunkBookmark], _ attempts: [Attempt]) {
        guard let entry = entries[id], entry.machine == nil else { return }
        var table: ChunkTable
        if let plan = entry.record.plan {
            table = ChunkTable(plan: plan)
        } else if let version = entry.record.version {
            table = ChunkTable(size: nil, chunkSize: version.chunkSize)
        } else {
            return
        }
        for chunk in bookmark where entry.record.plan == nil || chunk.index < table.count { table.setSafe(chunk) }
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
