import Synchronization
import TransferCore
import WireProtocols

/// What the store said of unfinished uploads a moment ago: others may end them there, and clients may have sent parts that
/// they did not report.
///
/// One answer serves all who ask within seconds, and nobody waits long for it.
final class StoreSightings: Sendable {
    private enum Sighting: Sendable {
        /// The store knows the upload, with these parts; `nil` if it was not asked for them.
        case there([S3Part]?)
        case notThere
        case noAnswer
    }

    private struct Look: Sendable {
        var beganAt: Instant
        /// Whether parts were asked for.
        var isList: Bool
        /// `nil` while the store is asked.
        var seen: Sighting?
        var task: Task<Sighting, Never>
    }

    private struct State: Sendable {
        var looks: [UploadID: Look] = [:]
        var distrusted: Set<UploadID> = []
    }

    /// How long a list of parts is good for: a client that starts again and again is told of its parts each time.
    private static let listAge = Duration.seconds(2)
    /// The same of the answer that there is such an upload.
    private static let age = Duration.seconds(10)
    /// How many uploads are remembered.
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

    private func look(at upload: OpenUpload, _ record: UploadRecord, isList: Bool) async throws -> Sighting {
        guard record.status == .inProgress, let object = record.object, object.uploadID != nil else { return .noAnswer }
        let sighting = await look(at: object, record.id, isList: isList)
        if case .notThere = sighting, upload.assembly == nil { try await settle(upload) }
        return sighting
    }

    /// The store's answer, an earlier one if it is good enough.
    private func look(at object: StoreUpload, _ id: UploadID, isList: Bool) async -> Sighting {
        let now = clock.now()
        let look = state.withLock { state -> Look in
            if let look = state.looks[id], look.isList || !isList,
                now - look.beganAt < (isList ? Self.listAge : Self.age)
            {
                return look
            }
            state.looks = state.looks.filter { now - $0.value.beganAt < Self.age }
            if state.looks.count >= Self.limit { state.looks = [:] }
            let look = Look(beganAt: now, isList: isList, task: Task { await ask(object, isList: isList) })
            state.looks[id] = look
            return look
        }
        if let seen = look.seen { return seen }
        let answer = await look.task.result(within: patience)?.get()
        if answer == nil { look.task.cancel() }
        let seen = answer ?? .noAnswer
        state.withLock { state in
            if state.looks[id]?.task == look.task { state.looks[id]?.seen = seen }
        }
        return seen
    }

    private func ask(_ object: StoreUpload, isList: Bool) async -> Sighting {
        do {
            if isList { return .there(try await store.parts(of: object)) }
            return try await store.isKnown(object) ? .there(nil) : .notThere
        } catch {
            return (error as? TransferError)?.code == .uploadLost ? .notThere : .noAnswer
        }
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
