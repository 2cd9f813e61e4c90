import Logging
import TransferCore

/// Carries commits out, one after the other.
struct CommitRun {
    let store: any BookmarkStore
    let fileSystem: any FileSystem
    let clock: any Clock
    let logger: Logger
    let post: @Sendable ([Event]) -> Void
    private(set) var pacing = CommitPacing()
    /// What a failed commit could not store, but for bookmarks: it goes into the next one, before anything newer.
    private var unsaved = StoreBatch()

    init(
        store: any BookmarkStore, fileSystem: any FileSystem, clock: any Clock, logger: Logger,
        post: @escaping @Sendable ([Event]) -> Void
    ) {
        self.store = store
        self.fileSystem = fileSystem
        self.clock = clock
        self.logger = logger
        self.post = post
    }

    /// Sync, commit, link or rename, and tell; in that order.
    mutating func carryOut(_ work: CommitWork) {
        let start = clock.now()
        var work = work.after(unsaved)
        var events: [Event] = []

        let sessions = Sessions(work)
        let dirty = syncDirty(&work, sessions, &events)
        for finish in work.finishing { work.save(finish.order.intent) }
        for (id, receipts) in work.receipts {
            work.batch.chunks[id, default: []] += receipts.chunks
            work.batch.progress[id] = receipts.progress
        }
        let failure = commit(work.batch, &events, sessions: sessions.all + work.opened)
        unsaved = failure == nil ? StoreBatch() : work.batch.withoutBookmarks
        if let failure {
            events += work.awaited.map { .notSaved($0, failure) }
            for id in work.receipts.keys where !work.awaited.contains(id) { events.append(.fileFailed(id, failure)) }
            events += work.finishing.map { .finished($0.session.transfer, .failure(failure)) }
        } else {
            for (id, chunks) in dirty { events.append(.bookmarked(id, chunks)) }
            for (id, receipts) in work.receipts { events.append(.bookmarked(id, receipts.chunks)) }
            events += work.awaited.map { .saved($0) }
            link(work, sessions, &events)
            finish(work.finishing, &events)
        }
        close(work.closing, &events)
        events += work.questions.map { $0(store) }
        if !dirty.isEmpty { pacing.committed(from: start, to: clock.now()) }
        if !events.isEmpty { post(events) }
    }

    /// Tries once more to store what a failed commit could not.
    mutating func flush() {
        if !unsaved.isEmpty { carryOut(CommitWork()) }
    }

    /// Takes what the sessions have recorded into the batch, once it is synced.
    ///
    /// - Returns: What was taken.
    private func syncDirty(
        _ work: inout CommitWork, _ sessions: Sessions, _ events: inout [Event]
    ) -> [TransferID: [ChunkBookmark]] {
        // Whatever was recorded before this moment is in the files, so the sync below covers it.
        var taken: [TransferID: (chunks: [ChunkBookmark], progress: StoredProgress)] = [:]
        for session in sessions.all where !sessions.isDiscarded(session) && !session.hasFailed {
            let dirty = session.takeDirty()
            if !dirty.chunks.isEmpty { taken[session.transfer] = dirty }
        }
        let toSync = sessions.all.filter {
            !$0.hasFailed && (taken[$0.transfer] != nil || sessions.isFinishing($0))
        }
        for (index, error) in fileSystem.sync(toSync.map(\.file)).sorted(by: { $0.key < $1.key }) {
            // A failed sync may have thrown pages away: nothing written since the last one counts.
            taken[toSync[index].transfer] = nil
            if toSync[index].fail() { events.append(.fileFailed(toSync[index].transfer, error)) }
        }
        // A later sync of the same file may succeed although data was lost, so it must not be finished any more.
        work.finishing.removeAll { $0.session.hasFailed }
        for (id, dirty) in taken {
            work.batch.chunks[id, default: []] += dirty.chunks
            work.batch.progress[id] = dirty.progress
        }
        return taken.mapValues(\.chunks)
    }

    /// - Returns: Why it could not be done.
    private func commit(_ batch: StoreBatch, _ events: inout [Event], sessions: [PartSession]) -> TransferError? {
        guard !batch.isEmpty else { return nil }
        do {
            try store.commit(batch)
            return nil
        } catch {
            logger.error("a commit failed", metadata: ["error": "\(error)"])
            let failure = TransferError(.fileFailure, "cannot save the queue: \(error)")
            for session in sessions where session.fail() { events.append(.fileFailed(session.transfer, failure)) }
            return failure
        }
    }

    /// Gives new part files their name, now that the store knows them: one that a crash leaves behind is recognised.
    private func link(_ work: CommitWork, _ sessions: Sessions, _ events: inout [Event]) {
        var linked: [PartSession] = []
        for session in work.opened where !session.file.isLinked {
            guard !sessions.isDiscarded(session), !sessions.isFinishing(session), !session.hasFailed else { continue }
            do throws(TransferError) {
                try session.file.link(at: session.partPath)
                linked.append(session)
            } catch {
                if session.fail() { events.append(.fileFailed(session.transfer, error)) }
            }
        }
        _ = syncFolders(of: linked.map(\.partPath))
    }

    private func finish(_ finishes: [CommitWork.Finish], _ events: inout [Event]) {
        guard !finishes.isEmpty else { return }
        var renamed: [CommitWork.Finish] = []
        for finish in finishes {
            do throws(TransferError) {
                try rename(finish)
                renamed.append(finish)
            } catch {
                events.append(.finished(finish.session.transfer, .failure(error)))
            }
        }
        let failures = syncFolders(of: renamed.map(\.order.finalPath))
        var batch = StoreBatch()
        var complete: [Event] = []
        let finishedAt = clock.wallTime()
        for finish in renamed {
            let id = finish.session.transfer
            if let error = failures[LocalFileSystem.folder(of: finish.order.finalPath)] {
                events.append(.finished(id, .failure(error)))
                continue
            }
            var record = finish.order.intent
            record.state = .completed
            record.finishedAt = finishedAt
            record.sha256 = finish.sha256
            batch.records.append(record)
            let plan = ChunkPlan(size: finish.order.size, chunkSize: finish.session.chunkSize)
            batch.progress[id] = StoredProgress(bytesDone: plan.size, chunksDone: plan.count)
            complete.append(.finished(id, .success(FinishedFile(sha256: finish.sha256, finishedAt: finishedAt))))
            finish.session.file.close()
        }
        // If this fails, the next start finds the file in its place and notes the completion then.
        _ = commit(batch, &events, sessions: [])
        events += complete
    }

    private func rename(_ finish: CommitWork.Finish) throws(TransferError) {
        let order = finish.order
        let file = finish.session.file
        if !file.isLinked {
            guard order.overwrite else { return try file.link(at: order.finalPath) }
            try file.link(at: finish.session.partPath)
        }
        guard try fileSystem.identity(of: finish.session.partPath) == file.identity else {
            throw TransferError(.partLost, "\(finish.session.partPath) is gone or another file than before")
        }
        try fileSystem.rename(finish.session.partPath, to: order.finalPath, replacing: order.overwrite)
    }

    private func close(_ closing: [(session: PartSession, delete: Bool)], _ events: inout [Event]) {
        for (session, delete) in closing {
            session.file.close()
            if delete, session.file.isLinked {
                remove: do throws(TransferError) {
                    // Somebody else's file that has come to stand there is not ours to delete.
                    guard try fileSystem.identity(of: session.partPath) == session.file.identity else { break remove }
                    try fileSystem.remove(session.partPath)
                    // Or the old file could be back after a power cut, under a name that is needed.
                    try fileSystem.syncFolder(of: session.partPath)
                } catch {
                    logger.warning("cannot delete a part file", metadata: ["error": "\(error.detail)"])
                }
            }
            events.append(.fileClosed(session.transfer))
        }
    }

    /// Syncs each folder once. Returns the failures by folder.
    private func syncFolders(of paths: [String]) -> [String: TransferError] {
        var failures: [String: TransferError] = [:]
        var seen: Set<String> = []
        for path in paths where seen.insert(LocalFileSystem.folder(of: path)).inserted {
            do throws(TransferError) {
                try fileSystem.syncFolder(of: path)
            } catch {
                failures[LocalFileSystem.folder(of: path)] = error
            }
        }
        return failures
    }

    /// The sessions that a commit is about, and what is to become of them.
    private struct Sessions {
        private(set) var all: [PartSession] = []
        private var finishing: Set<TransferID> = []
        private var discarded: Set<TransferID> = []

        init(_ work: CommitWork) {
            var seen: Set<ObjectIdentifier> = []
            let named = work.dirty + work.finishing.map(\.session) + work.closing.map(\.session)
            for session in named where seen.insert(ObjectIdentifier(session)).inserted { all.append(session) }
            finishing = Set(work.finishing.map(\.session.transfer))
            discarded = Set(work.closing.filter(\.delete).map(\.session.transfer))
        }

        func isFinishing(_ session: PartSession) -> Bool { finishing.contains(session.transfer) }
        func isDiscarded(_ session: PartSession) -> Bool { discarded.contains(session.transfer) }
    }
}
