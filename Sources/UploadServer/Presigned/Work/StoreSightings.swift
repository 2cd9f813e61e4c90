import Synchronization
import TransferCore

/// Asks the store now and then whether it still knows an upload that clients ask about: others may end it there.
final class StoreSightings: Sendable {
    /// How long an answer is good for.
    private static let age = Duration.seconds(10)
    /// How many uploads are remembered.
    private static let limit = 1000

    private let settler: StoreSettler
    private let store: any ObjectStore
    private let clock: any Clock
    private let seen = Mutex<[UploadID: Instant]>([:])

    init(settler: StoreSettler, store: any ObjectStore, clock: any Clock) {
        self.settler = settler
        self.store = store
        self.clock = clock
    }

    /// Throws a ``Problem`` if an upload is gone. A store that does not answer proves nothing.
    func check(_ upload: OpenUpload, _ record: UploadRecord) async throws {
        guard record.status == .inProgress, let object = record.object, object.uploadID != nil else { return }
        let now = clock.now()
        let isDue = seen.withLock { seen in
            if let last = seen[record.id], now - last < Self.age { return false }
            if seen.count >= Self.limit { seen = [:] }
            seen[record.id] = now
            return true
        }
        guard isDue, (try? await store.isKnown(object)) == false, upload.assembly == nil else { return }
        try await StoreFailure.translating { try await settler.settle(upload, record) }
        if upload.record?.status.isGone ?? true { throw Problem.gone }
    }
}
