import Logging
import Synchronization
import TransferCore
import WireProtocols

/// Tells the object store of uploads that the ledger has recorded.
///
/// A crash may come after the store was told and before its answer is recorded. So an upload that may have been begun
/// before is looked for, and only if there is none that can be it, another one is begun.
final class StoreOpener: Sendable {
    private let uploads: OpenUploads
    private let ledger: any UploadLedger
    private let committer: ChunkCommitter
    private let readers: Workers
    private let store: any ObjectStore
    private let patience: Duration
    /// Uploads that the store was certainly not told of.
    private let new = Mutex<Set<UploadID>>([])

    init(
        uploads: OpenUploads, ledger: any UploadLedger, committer: ChunkCommitter, readers: Workers,
        store: any ObjectStore, patience: Duration
    ) {
        self.uploads = uploads
        self.ledger = ledger
        self.committer = committer
        self.readers = readers
        self.store = store
        self.patience = patience
    }

    /// An upload of that id is about to be recorded.
    func expect(_ id: UploadID) { new.withLock { _ = $0.insert(id) } }

    /// No upload of that id was recorded.
    func forget(_ id: UploadID) { new.withLock { _ = $0.remove(id) } }

    /// Begins an upload at the store, unless it has begun. Several may ask for it at the same time.
    func open(_ record: UploadRecord) async throws -> UploadRecord {
        guard record.status == .creating else { return record }
        let opened = try await uploads.with(record.id) { [self] upload, known in
            guard known.status == .creating else { return known }
            let work = upload.assembly(orBegin: {
                Assembly(expected: nil) { [self] in
                    defer { upload.endAssembly() }
                    _ = try await uploads.with(upload.id) { try await begin($0, $1, mayCreate: true) }
                }
            })
            guard try await work?.wait(patience) ?? true else {
                throw TransferError(.serverBusy, "it takes its time")
            }
            return upload.record ?? known
        }
        guard let opened, !opened.status.isGone else { throw Problem.gone }
        return opened
    }

    /// Finds an upload that was begun before a crash. Nobody waits for it, so none is begun.
    func find(_ upload: OpenUpload, _ record: UploadRecord) async throws {
        try await begin(upload, record, mayCreate: false)
    }

    private func begin(_ upload: OpenUpload, _ record: UploadRecord, mayCreate: Bool) async throws {
        guard record.status == .creating, let object = record.object else { return }
        let isNew = new.withLock { $0.remove(record.id) != nil }
        var begun = isNew ? nil : try await candidate(for: record, object)
        if begun == nil, mayCreate { begun = try await create(upload, record, object, isNew: isNew) }
        guard let begun else { return }
        try await committer.change { try $0.begin(record.key, as: begun, at: $1) }
        upload.begin(as: begun)
    }

    private func create(
        _ upload: OpenUpload, _ record: UploadRecord, _ object: StoreUpload, isNew: Bool
    ) async throws -> StoreUpload {
        do {
            return try await store.createUpload(to: object.location)
        } catch let error as TransferError where isNew && !Self.leavesOpen.contains(error.code) {
            // There is nothing at the store and nobody was told of anything here.
            try await committer.change { try $0.end(record.key, as: .aborted, at: $1) }
            _ = upload.move(from: .creating, to: .aborted)
            uploads.forget(upload)
            throw error
        }
    }

    /// After these the store may have begun an upload all the same.
    private static let leavesOpen: Set<TransferError.Code> = [
        .connectionLost, .timedOut, .stalled, .shortBody, .badResponse, .serverError,
    ]

    /// An upload to the same key, begun after this one was recorded, without parts, and of no other upload here.
    private func candidate(for record: UploadRecord, _ object: StoreUpload) async throws -> StoreUpload? {
        let known = try await readers.run { [ledger] in try ledger.storeUploads(to: object.location) }
        let earliest = record.activeAt + (.zero - S3Limits.clockTolerance)
        let candidates = try await store.uploads(to: object.location).filter { upload in
            !known.contains(upload.uploadID) && upload.initiated.map { $0 >= earliest } ?? false
        }
        for candidate in candidates.sorted(by: { ($0.initiated ?? earliest) > ($1.initiated ?? earliest) }) {
            // Those are begun with checksums as long as the store takes them, and it says itself if it does not.
            let found = StoreUpload(
                location: object.location, uploadID: candidate.uploadID, hasChecksums: true)
            if try await store.parts(of: found).isEmpty { return found }
        }
        return nil
    }
}
