import Synchronization
import TransferCore
import WireProtocols

/// What the store said of unfinished uploads a moment ago: others may end them there, and clients may have sent parts that
/// they did not report.
///
/// One answer serves all who ask within seconds, and nobody waits long for it.
final class StoreSightings: Sendable {
    private struct State: Sendable {
        var memory = SightingMemory()
        var distrusted: Set<UploadID> = []
    }

    /// How many uploads are distrusted at a time.
    private static let limit = 1000

    private let settler: StoreSettler
    private let store: any ObjectStore
    private let clock: any Clock
    private let patience: Duration
    private let state = Mutex(State())

    /// - Parameter patience: How long anybody waits for the store.
    init(settler: StoreSettler, store: any ObjectStore, clock: any Clock, patience: Duration) {
        self.settler = settler
        self.store = store
        self.clock = clock
        self.patience = patience
    }

    /// Throws a ``Problem`` if an upload is gone. A store that does not answer proves nothing.
    func check(_ upload: OpenUpload, _ record: UploadRecord) async throws {
        _ = try await look(at: upload, record, isList: false)
    }

    /// The parts that the store has, if any is missing here: what is not told is sent again, which does no harm. Throws a
    /// ``Problem`` if the upload is gone.
    ///
    /// - Parameter record: As it is in the ledger now.
    func parts(of upload: OpenUpload, _ record: UploadRecord) async throws -> [S3Part] {
        let isList =
            record.receivedCount < record.plan.count && state.withLock { !$0.distrusted.contains(record.id) }
        guard case .there(let parts?) = try await look(at: upload, record, isList: isList), isList else { return [] }
        return parts
    }

    /// The store does not take the parts that it lists.
    func distrust(_ id: UploadID) {
        state.withLock { state in
            if state.distrusted.count >= Self.limit { state.distrusted = [] }
            state.distrusted.insert(id)
        }
    }

    private func look(at upload: OpenUpload, _ record: UploadRecord, isList: Bool) async throws -> StoreSighting {
        guard record.status == .inProgress, let object = record.object, object.uploadID != nil else { return .noAnswer }
        let sighting = await look(at: object, record.id, isList: isList)
        if case .notThere = sighting, upload.assembly == nil { try await settle(upload) }
        return sighting
    }

    /// The store's answer, an earlier one if it is good enough.
    private func look(at object: StoreUpload, _ id: UploadID, isList: Bool) async -> StoreSighting {
        let now = clock.now()
        let look = state.withLock { state in
            state.memory.look(at: id, isList: isList, now: now)
                ?? state.memory.begin(id, isList: isList, now: now) { number in
                    Task { await ask(object, id, number: number, isList: isList) }
                }
        }
        if let seen = look.seen { return seen }
        // A long list takes its time, and whoever comes after its end is told.
        guard !look.isSlow else { return .noAnswer }
        if let seen = await look.task.result(within: patience)?.get() { return seen }
        state.withLock { $0.memory.waitedInVain(for: id, number: look.number) }
        return .noAnswer
    }

    private func ask(_ object: StoreUpload, _ id: UploadID, number: Int, isList: Bool) async -> StoreSighting {
        let seen = await answer(object, isList: isList)
        state.withLock { $0.memory.keep(seen, of: id, number: number, now: clock.now()) }
        return seen
    }

    private func answer(_ object: StoreUpload, isList: Bool) async -> StoreSighting {
        do {
            if isList { return .there(try await store.parts(of: object)) }
            return try await store.isKnown(object) ? .there(nil) : .notThere
        } catch {
            return (error as? TransferError)?.code == .uploadLost ? .notThere : .noAnswer
        }
    }

    /// Stops asking: nobody will come for the answers.
    func cancel() {
        for task in state.withLock({ $0.memory.tasks }) { task.cancel() }
    }

    /// Finds out what became of an upload that the store does not know.
    private func settle(_ upload: OpenUpload) async throws {
        let work = upload.assembly(orBegin: {
            Assembly(.settlement) { [settler] in
                defer { upload.endAssembly() }
                _ = try await settler.uploads.with(upload.id) { try await settler.settle($0, $1) }
            }
        })
        guard let work else { return }
        _ = try await StoreFailure.translating { try await work.wait(patience) }
        if upload.record?.status.isGone ?? true { throw Problem.gone }
    }
}
