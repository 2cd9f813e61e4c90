import TransferCore

/// The part of the engine that makes progress durable: sync, then commit, then names, then answers.
extension Simulation {
    var hasCommitWork: Bool {
        commit != nil || !work.isEmpty || sessions.values.contains { !$0.dirty.isEmpty }
    }

    /// Does one stage of a commit.
    mutating func goOnWithCommit() {
        if commit == nil {
            commit = SimulatedCommit(work: work)
            work = SimulatedWork()
        }
        guard let stage = commit?.stage else { return }
        switch stage {
        case .sync: sync()
        case .rows: rows()
        case .names: giveNames()
        case .completions: complete()
        case .answers: answerQuestions()
        }
    }

    private mutating func sync() {
        let discarded = Set(commit!.work.closing.filter(\.delete).map(\.id))
        for id in sessions.keys.sorted() where !discarded.contains(id) {
            let (chunks, progress) = sessions[id]!.takeDirty()
            guard !chunks.isEmpty || commit!.work.finishing.contains(where: { $0.id == id }) else { continue }
            disk.sync(sessions[id]!.file)
            guard !chunks.isEmpty else { continue }
            commit!.work.batch.chunks[id, default: []] += chunks
            commit!.work.batch.progress[id] = progress
            commit!.events.append(.bookmarked(id, chunks))
        }
        for finish in commit!.work.finishing { commit!.work.save(finish.order.intent) }
        commit!.stage = .rows
    }

    private mutating func rows() {
        store.commit(commit!.work.batch)
        checkBookmarks()
        commit!.stage = .names
    }

    private mutating func giveNames() {
        let work = commit!.work
        for id in work.opened {
            guard let session = sessions[id], disk.files[session.file.inode]?.isLinked == false,
                !work.finishing.contains(where: { $0.id == id }),
                !work.closing.contains(where: { $0.id == id && $0.delete })
            else { continue }
            if !disk.link(session.file, at: session.partPath) {
                commit!.events.append(.fileFailed(id, TransferError(.nameTaken, "taken")))
            }
        }
        for finish in work.finishing {
            guard let session = sessions[finish.id] else { continue }
            let isLinked = disk.files[session.file.inode]?.isLinked == true
            let target = finish.order.finalPath
            let isNamed = isLinked ? disk.rename(session.partPath, to: target) : disk.link(session.file, at: target)
            guard isNamed else {
                commit!.events.append(.finished(finish.id, .failure(TransferError(.nameTaken, "taken"))))
                continue
            }
            var record = finish.order.intent
            record.state = .completed
            record.finishedAt = moment.wall
            record.sha256 = finish.sha256
            commit!.completed.append(record)
        }
        if Bool.random(using: &random) { disk.syncFolder() }
        commit!.stage = .completions
    }

    private mutating func complete() {
        disk.syncFolder()
        var batch = StoreBatch()
        batch.records = commit!.completed
        store.commit(batch)
        for record in commit!.completed {
            let finished = FinishedFile(sha256: record.sha256, finishedAt: record.finishedAt!)
            commit!.events.append(.finished(record.id, .success(finished)))
        }
        for closing in commit!.work.closing {
            if closing.delete, let file = sessions[closing.id]?.file { disk.remove(closing.path, ifItIs: file) }
            commit!.events.append(.fileClosed(closing.id))
        }
        commit!.stage = .answers
    }

    private mutating func answerQuestions() {
        for question in commit!.work.questions {
            switch question {
            case .bookmark(let id): commit!.events.append(.bookmarkLoaded(id, store.loadChunks(of: id)))
            case .insert(let wishes): commit!.events.append(.added(store.insert(wishes, at: moment.wall)))
            case .verify(let id, let order): checks.append(.chunks(id, order, store.loadChunks(of: id)))
            }
        }
        inbox += commit!.events
        commit = nil
        if isShuttingDown { giveUpChecks() }
    }

    private mutating func giveUpChecks() {
        for case .chunks(let id, _, _) in checks {
            inbox.append(.verified(id, .failure(TransferError(.fileFailure, "stopped before the end"))))
        }
        checks.removeAll { if case .chunks = $0 { true } else { false } }
    }

    // MARK: Files

    mutating func workOnFiles() {
        guard !files.isEmpty else { return }
        switch files.removeFirst() {
        case .delete(let path, let identity): disk.remove(path, ifItIs: identity)
        case .open(let id, let order): inbox.append(.fileOpened(id, open(id, order)))
        }
    }

    private mutating func open(_ id: TransferID, _ order: FileOrder) -> Result<FileOpening, TransferError> {
        switch order {
        case .create(let finalPath, let size, let chunkSize, _):
            if disk.identity(of: finalPath) != nil { return .failure(TransferError(.nameTaken, "taken")) }
            let file = disk.create()
            opened[id] = SimulatedSession(file: file, finalPath: finalPath, chunkSize: chunkSize, size: size)
            return .success(.created(file, finalPath: finalPath))
        case .reopen(let finalPath, let identity, let plan, let bookmark, let samples):
            if disk.identity(of: finalPath) == identity { return .success(.inPlace) }
            guard disk.identity(of: finalPath + ".part") == identity else {
                return .failure(TransferError(.partLost, "the part file is not there any more"))
            }
            let damaged = bookmark.filter { samples.contains($0.index) && !isIntact($0, plan, identity) }
            if !damaged.isEmpty { violated("bookmarked chunks of \(id) are damaged") }
            opened[id] = SimulatedSession(
                file: identity, finalPath: finalPath, chunkSize: plan.chunkSize, size: plan.size, bookmark: bookmark)
            return .success(.reopened(damaged: damaged.map(\.index)))
        }
    }

    func isIntact(_ chunk: ChunkBookmark, _ plan: ChunkPlan, _ identity: FileIdentity) -> Bool {
        guard let file = disk.files[identity.inode] else { return false }
        let first = Int(plan.range(of: chunk.index).start / SimulatedRemote.blockSize)
        let last = first + SimulatedDisk.blocks(chunk.bytes)
        guard last <= file.written.count else { return false }
        return SimulatedChecksums.checksum(of: file.written[first..<last]) == chunk.checksum
    }

    mutating func workOnChecks() {
        guard !checks.isEmpty else { return }
        switch checks.removeFirst() {
        case .digest(let id, let order):
            let blocks = sessions[id].flatMap { disk.files[$0.file.inode]?.written } ?? []
            let digest = Set(blocks).count == 1 ? "v\(Int(blocks[0]) - 1)" : blocks.isEmpty ? "v0" : "mixed"
            if order.digests.allSatisfy({ $0.sha256 == digest || blocks.isEmpty }) {
                work.finishing.append((id, order, digest))
            } else {
                inbox.append(.finished(id, .failure(TransferError(.digestMismatch, "other digest"))))
            }
        case .chunks(let id, let order, let bookmark):
            let path = order.isCompleted ? order.finalPath : order.finalPath + ".part"
            guard disk.identity(of: path) == order.part else {
                return inbox.append(.verified(id, .failure(TransferError(.partLost, "not there any more"))))
            }
            let damaged = bookmark.filter { !isIntact($0, order.plan, order.part) }.map(\.index)
            if !damaged.isEmpty { violated("verifying \(id) found damage") }
            inbox.append(.verified(id, .success(VerifyReport(checked: bookmark.count, damaged: damaged))))
        }
    }
}
