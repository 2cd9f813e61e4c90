import Logging
import TransferCore

/// Makes progress durable, in the one order that is safe: sync the files, then commit the bookmarks, then tell.
///
/// It owns the store: everything that is read from it or written to it passes through this thread. What piles up while
/// one commit runs goes into the next one together.
final class Committer: Sendable {
    private struct State: Sendable {
        var work = CommitWork()
        var dirty: [TransferID: PartSession] = [:]
        var isClosed = false
    }

    private let state = Condition(State())
    private let thread: OwnedThread

    init(
        store: any BookmarkStore, fileSystem: any FileSystem, clock: any Clock, logger: Logger,
        post: @escaping @Sendable ([Event]) -> Void
    ) {
        let state = self.state
        thread = OwnedThread(name: "commit") {
            var run = CommitRun(store: store, fileSystem: fileSystem, clock: clock, logger: logger, post: post)
            while let work = Self.next(state, pacing: run.pacing, clock: clock) { run.carryOut(work) }
            run.flush()
        }
    }

    /// A session has written bytes that are not bookmarked, or enough of them to look again.
    func sessionIsDirty(_ session: PartSession) {
        state.signal { $0.dirty[session.transfer] = session }
    }

    /// Adds to the next commit, and lets it begin at once.
    func submit(_ body: (inout CommitWork) -> Void) {
        state.signal { body(&$0.work) }
    }

    /// Commits what there is, and ends.
    func finish() {
        state.signal { $0.isClosed = true }
        thread.join()
    }

    /// Waits for work; `nil` when the committer is to end.
    private static func next(
        _ state: Condition<State>, pacing: CommitPacing, clock: any Clock
    ) -> CommitWork? {
        state.wait { state in
            if state.work.isEmpty, !state.isClosed {
                guard !state.dirty.isEmpty else { return .wait }
                var bytes: Int64 = 0
                var oldest = clock.now()
                for session in state.dirty.values {
                    guard let backlog = session.backlog else { continue }
                    bytes += backlog.bytes
                    oldest = min(oldest, backlog.oldest)
                }
                let start = pacing.nextStart(bytes: bytes, oldest: oldest)
                if start > clock.now() { return .waitUntil(start.nanoseconds) }
            }
            if state.work.isEmpty, state.dirty.isEmpty { return .done(nil) }
            var work = state.work
            work.dirty = Array(state.dirty.values)
            state.work = CommitWork()
            state.dirty = [:]
            return .done(work)
        }
    }
}

/// What one commit has to do.
struct CommitWork: Sendable {
    /// Sessions with bytes to be bookmarked.
    var dirty: [PartSession] = []
    /// Sessions whose file has no name yet, to be named after the commit that makes them known.
    var opened: [PartSession] = []
    var batch = StoreBatch()
    /// Of uploads: chunks that the remote has acknowledged.
    var receipts: [TransferID: Receipts] = [:]
    /// Transfers that are told when this is durable.
    var awaited: [TransferID] = []
    /// Part files to be closed after the commit, and deleted if so wished.
    var closing: [(session: PartSession, delete: Bool)] = []
    /// Part files to be renamed after the commit.
    var finishing: [Finish] = []
    /// Questions to the store, answered after the commit, and with an event also when the store fails: somebody waits.
    var questions: [@Sendable (any BookmarkStore) -> Event] = []

    /// A file that is complete.
    struct Finish: Sendable {
        var session: PartSession
        var order: FinishOrder
        var sha256: String?
    }

    /// Chunks to be recorded, and how far the transfer is with them.
    struct Receipts: Sendable {
        var chunks: [ChunkBookmark]
        var progress: StoredProgress
    }

    var isEmpty: Bool { receipts.isEmpty && canWait }

    /// Whether nobody waits for any of it: there are receipts at most.
    var canWait: Bool {
        batch.isEmpty && awaited.isEmpty && opened.isEmpty && closing.isEmpty && finishing.isEmpty && questions.isEmpty
    }

    /// The same work with an older batch in front of it.
    func after(_ older: StoreBatch) -> CommitWork {
        guard !older.isEmpty else { return self }
        var merged = CommitWork()
        merged.batch = older
        merged.dirty = dirty
        merged.merge(self)
        return merged
    }

    /// Appends what another part of the engine wants done.
    mutating func merge(_ other: CommitWork) {
        opened += other.opened
        closing += other.closing
        finishing += other.finishing
        questions += other.questions
        awaited += other.awaited
        for id in other.batch.removed { remove(id) }
        for id in other.batch.forgottenChunks where !other.batch.removed.contains(id) { forgetChunks(id) }
        for record in other.batch.records { save(record) }
        for (id, chunks) in other.batch.chunks { batch.chunks[id, default: []] += chunks }
        batch.progress.merge(other.batch.progress) { $1 }
        for (id, more) in other.receipts {
            for chunk in more.chunks { keep(chunk, more.progress, of: id) }
        }
        for (id, attempts) in other.batch.attempts { batch.attempts[id, default: []] += attempts }
    }

    mutating func save(_ record: TransferRecord) {
        if let index = batch.records.firstIndex(where: { $0.id == record.id }) {
            batch.records[index] = record
        } else {
            batch.records.append(record)
        }
    }

    mutating func keep(_ chunk: ChunkBookmark, _ progress: StoredProgress, of id: TransferID) {
        receipts[id, default: Receipts(chunks: [], progress: progress)].chunks.append(chunk)
        receipts[id]?.progress = progress
    }

    mutating func forgetChunks(_ id: TransferID) {
        receipts[id] = nil
        batch.chunks[id] = nil
        batch.progress[id] = nil
        batch.forgottenChunks.append(id)
    }

    mutating func remove(_ id: TransferID) {
        forgetChunks(id)
        batch.records.removeAll { $0.id == id }
        batch.attempts[id] = nil
        batch.removed.append(id)
    }
}

extension StoreBatch {
    /// All but progress: the sessions that it belongs to have failed.
    var withoutBookmarks: StoreBatch {
        var batch = self
        batch.chunks = chunks.mapValues { $0.filter { $0.bytes == 0 } }.filter { !$0.value.isEmpty }
        batch.progress = [:]
        return batch
    }
}
