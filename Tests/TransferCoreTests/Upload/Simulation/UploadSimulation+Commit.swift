@testable import TransferCore

/// Chunks to be recorded, and how far their transfer is with them.
struct SimulatedReceipts {
    var chunks: [ChunkBookmark]
    var progress: StoredProgress
}

/// What one commit of an engine that uploads has to do.
struct SimulatedUploadWork {
    var base = SimulatedWork()
    var receipts: [TransferID: SimulatedReceipts] = [:]
    var awaited: [TransferID] = []

    var isOnlyReceipts: Bool { base.isEmpty && awaited.isEmpty }
    var isEmpty: Bool { isOnlyReceipts && receipts.isEmpty }

    mutating func keep(_ more: SimulatedReceipts, of id: TransferID) {
        receipts[id, default: SimulatedReceipts(chunks: [], progress: more.progress)].chunks += more.chunks
        receipts[id]?.progress = more.progress
    }
}

/// A commit under way; the process may die between its stages.
struct SimulatedUploadCommit {
    var work: SimulatedUploadWork
    var events: [Event]?
}

/// The part of the engine that makes receipts durable, and the one that opens files.
extension UploadSimulation {
    var hasCommitWork: Bool { commit != nil || !work.isEmpty || !gathered.isEmpty }

    /// Does one stage of a commit.
    mutating func goOnWithCommit() {
        guard let running = commit else {
            if work.isEmpty {
                work.receipts = gathered
                gathered = [:]
            }
            commit = SimulatedUploadCommit(work: work)
            work = SimulatedUploadWork()
            return
        }
        if let events = running.events {
            commit = nil
            // Between the commit and its news anything may happen.
            for event in events {
                if case .bookmarked = event, Int.random(in: 0..<8, using: &random) == 0 {
                    late.append(event)
                } else {
                    inbox.append(event)
                }
            }
        } else if !isCalm, Int.random(in: 0..<60, using: &random) == 0 {
            fail(running.work)
        } else {
            carryOut(running.work)
        }
    }

    private mutating func carryOut(_ work: SimulatedUploadWork) {
        var batch = work.base.batch
        var events: [Event] = []
        for (id, receipts) in work.receipts.sorted(by: { $0.key < $1.key }) {
            batch.chunks[id, default: []] += receipts.chunks
            batch.progress[id] = receipts.progress
            events.append(.bookmarked(id, receipts.chunks))
        }
        store.commit(batch)
        for record in batch.records {
            checkStored(record)
            known.formUnion(record.abandoned + [record.upload?.address].compactMap(\.self))
        }
        for (address, id) in conflicts
        where batch.records.contains(where: { $0.id == id && $0.upload?.address != address }) {
            poisoned.insert(address)
        }
        events += work.awaited.map { .saved($0) }
        events += answers(work.base.questions)
        commit?.events = events
    }

    /// The disk is full, say. Receipts are lost; the rest goes into the next commit.
    private mutating func fail(_ failed: SimulatedUploadWork) {
        let error = TransferError(.fileFailure, "cannot save the queue")
        let others = failed.receipts.keys.filter { !failed.awaited.contains($0) }.sorted()
        hasLostReceipts = hasLostReceipts || !failed.receipts.isEmpty
        let newer = work.base
        work.base = failed.base
        work.base.questions = newer.questions
        for id in newer.batch.removed {
            work.receipts[id] = nil
            work.base.remove(id)
        }
        for id in newer.batch.forgottenChunks { work.base.forgetChunks(id) }
        for record in newer.batch.records { work.base.save(record) }
        for (id, rows) in newer.batch.chunks { work.base.batch.chunks[id, default: []] += rows }
        let events =
            failed.awaited.map { Event.notSaved($0, error) } + others.map { Event.fileFailed($0, error) }
            + answers(failed.base.questions)
        commit?.events = events
    }

    private mutating func answers(_ questions: [SimulatedWork.Question]) -> [Event] {
        questions.compactMap { question in
            switch question {
            case .bookmark(let id): .bookmarkLoaded(id, store.loadChunks(of: id))
            case .insert(let wishes): .added(store.insert(wishes, at: moment.wall))
            case .verify: nil
            }
        }
    }

    mutating func openNext() {
        guard !opening.isEmpty else { return }
        let (id, path) = opening.removeFirst()
        guard let source = sources[path], !source.isMissing else {
            return inbox.append(.sourceOpened(id, .failure(TransferError(.sourceMissing, "it is not there"))))
        }
        if !openSources.insert(id).inserted { violated("the source of \(id) is opened twice") }
        inbox.append(.sourceOpened(id, .success(source.identity)))
    }
}
