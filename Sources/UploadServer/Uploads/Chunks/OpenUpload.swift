import Synchronization
import TransferCore

/// An upload that requests are about: what it is, who works on it, and its open file.
///
/// Its status here goes ahead of the ledger's by what is under way, so that requests cannot pass each other.
final class OpenUpload: Sendable {
    private typealias Waiter = CheckedContinuation<Void, any Error>

    private struct State: Sendable {
        var record: UploadRecord?
        var leases = ChunkLeases<Reception, Waiter>()
        var file: SharedFile?
        var assembly: Assembly?
        var onDrained: [CheckedContinuation<Void, Never>] = []
    }

    let id: UploadID
    private let takeoverAfter: Duration
    private let state = Mutex(State())

    init(_ id: UploadID, takeoverAfter: Duration) {
        self.id = id
        self.takeoverAfter = takeoverAfter
    }

    /// What is known of it, once it was looked up.
    var record: UploadRecord? { state.withLock { $0.record } }

    /// Whether nobody writes any of its chunks.
    var isIdle: Bool { state.withLock { $0.leases.isEmpty } }

    /// Takes what the ledger says, unless it was told before.
    func learn(_ record: UploadRecord) -> UploadRecord {
        state.withLock { state in
            if let known = state.record { return known }
            state.record = record
            return record
        }
    }

    /// Moves on from one status to another.
    ///
    /// - Returns: Whether it had that status.
    func move(from old: UploadStage, to new: UploadStage) -> Bool {
        state.withLock { state in
            guard state.record?.status == old else { return false }
            state.record?.status = new
            return true
        }
    }

    /// Remembers that the object store is about to be asked to begin it.
    func attempt(hasChecksums: Bool, at time: WallTime) {
        state.withLock { state in
            state.record?.object?.hasChecksums = hasChecksums
            state.record?.object?.attemptedAt = time
        }
    }

    /// Remembers that it has begun at the object store.
    func begin(as object: StoreUpload) {
        state.withLock { state in
            state.record?.object = object
            if state.record?.status == .creating { state.record?.status = .inProgress }
        }
    }

    /// Remembers the digest of the whole file.
    func learn(sha256: ChunkDigest?) {
        state.withLock { $0.record?.sha256 = sha256 }
    }

    /// Remembers that something was done with it. A clock that was set back takes nothing away.
    func wasActive(at time: WallTime) {
        state.withLock { state in
            if let earlier = state.record?.activeAt { state.record?.activeAt = max(earlier, time) }
        }
    }

    /// Waits for the right to write a chunk. Whoever has it and hears nothing from its client loses it.
    func lease(_ index: Int, for reception: Reception) async throws {
        if state.withLock({ $0.leases.take(index, reception) }) { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (waiter: Waiter) in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.leases.take(index, reception) { return .success(()) }
                    state.leases.wait(for: index, reception, waiter)
                    return nil
                }
                if let outcome { return waiter.resume(with: outcome) }
                Task { await watch(index, for: reception) }
            }
        } onCancel: {
            state.withLock { $0.leases.leave(index, reception) }?.resume(throwing: CancellationError())
        }
    }

    /// Gives the right to write a chunk to the next who waits for it.
    func giveBack(_ index: Int) {
        let (waiter, drained) = state.withLock { state in
            let waiter = state.leases.giveBack(index)
            guard state.leases.isEmpty else { return (waiter, [CheckedContinuation<Void, Never>]()) }
            defer { state.onDrained = [] }
            return (waiter, state.onDrained)
        }
        waiter?.resume()
        for continuation in drained { continuation.resume() }
    }

    /// Takes the chunk from a silent holder for as long as the other one waits.
    private func watch(_ index: Int, for reception: Reception) async {
        while let holder = state.withLock({ state in
            state.leases.isWaiting(for: index, reception) ? state.leases.holder(of: index) : nil
        }) {
            let rest = takeoverAfter - holder.silence
            if rest <= .zero { holder.cut(.takenOver) }
            try? await Task.sleep(for: max(rest, .milliseconds(10)))
        }
    }

    /// Cuts off all who write, and waits until the last of them has stopped.
    func drain() async {
        for holder in state.withLock({ $0.leases.holders }) { holder.cut(.gone) }
        await withCheckedContinuation { continuation in
            let isDrained = state.withLock { state in
                if !state.leases.isEmpty { state.onDrained.append(continuation) }
                return state.leases.isEmpty
            }
            if isDrained { continuation.resume() }
        }
    }

    /// The open file, opened if it is not, or not to be trusted any more. Blocks.
    func file(_ storage: any ChunkStorage) throws(StorageError) -> SharedFile {
        if let file = state.withLock({ $0.file }), !file.isBroken { return file }
        let opened = SharedFile(try storage.open(id))
        return state.withLock { state in
            if let file = state.file, !file.isBroken { return file }
            state.file = opened
            return opened
        }
    }

    /// Lets go of the file: it has another name now, or none.
    func dropFile() {
        state.withLock { $0.file = nil }
    }

    /// The work on it that is under way, whatever it is about, or else the one that is begun now; `nil` if it is
    /// complete.
    func assembly(orBegin begin: () -> Assembly) -> Assembly? {
        state.withLock { state in
            if state.record?.status == .complete { return nil }
            if let assembly = state.assembly { return assembly }
            let assembly = begin()
            state.assembly = assembly
            return assembly
        }
    }

    /// The work on it that is under way.
    var assembly: Assembly? { state.withLock { $0.assembly } }

    /// The work has come to an end, whichever.
    func endAssembly() {
        state.withLock { $0.assembly = nil }
    }
}
