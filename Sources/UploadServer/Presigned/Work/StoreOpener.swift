import Synchronization
import TransferCore

/// Tells the object store of uploads that the ledger has recorded.
///
/// A crash may come after the store was told and before its answer is recorded. So an upload that may have been begun
/// before is looked for, and only if there is none that can be it, another one is begun.
final class StoreOpener: Sendable {
    private let uploads: OpenUploads
    private let committer: ChunkCommitter
    private let store: any ObjectStore
    private let lost: LostUploads
    private let patience: Duration
    /// Looked for without success since the store was last asked to begin them.
    private let notFound = Mutex<Set<UploadID>>([])

    init(
        uploads: OpenUploads, committer: ChunkCommitter, store: any ObjectStore, lost: LostUploads, patience: Duration
    ) {
        self.uploads = uploads
        self.committer = committer
        self.store = store
        self.lost = lost
        self.patience = patience
    }

    /// Begins an upload at the store, unless it has begun. Several may ask for it at the same time. Throws `serverBusy`
    /// if it takes too long.
    func open(_ record: UploadRecord) async throws -> UploadRecord {
        guard record.status == .creating else { return record }
        let deadline = ContinuousClock.now + patience
        let opened = try await uploads.with(record.id) { [self] upload, known in
            while upload.record?.status == .creating {
                guard let work = work(on: upload) else { break }
                let rest = max(.zero, deadline - .now)
                // Of other work only the end counts.
                let isOver =
                    if work.purpose == .opening { try await work.wait(rest) } else { await work.hasEnded(within: rest) }
                guard isOver else { throw TransferError(.serverBusy, "it takes its time") }
            }
            return upload.record ?? known
        }
        guard let opened, !opened.status.isGone else { throw Problem.gone }
        return opened
    }

    private func work(on upload: OpenUpload) -> Assembly? {
        upload.assembly(orBegin: {
            Assembly(.opening) { [self] in
                defer { upload.endAssembly() }
                let end: Void? = try await uploads.with(upload.id) { upload, record in
                    guard try await !adopt(upload, record) else { return }
                    try await create(upload, upload.record ?? record)
                }
                guard end != nil else { throw Problem.unknownUpload }
            }
        })
    }

    /// Finds an upload that was begun before a crash. Nobody waits for it, so none is begun, and the store is asked once
    /// only for each time that it may have begun one.
    func find(_ upload: OpenUpload, _ record: UploadRecord) async throws {
        guard notFound.withLock({ !$0.contains(upload.id) }), try await !adopt(upload, record) else { return }
        notFound.withLock { _ = $0.insert(upload.id) }
    }

    /// - Returns: Whether there is nothing more to begin.
    private func adopt(_ upload: OpenUpload, _ record: UploadRecord) async throws -> Bool {
        guard record.status == .creating else { return true }
        guard let found = try await lost.find(record) else { return false }
        do {
            try await begin(upload, record, as: found)
            return true
        } catch is LedgerConflict {
            // Another upload to the same key was faster.
            return false
        }
    }

    private func begin(_ upload: OpenUpload, _ record: UploadRecord, as begun: StoreUpload) async throws {
        try await committer.change { try $0.begin(record.key, as: begun, at: $1) }
        upload.begin(as: begun)
        forget(upload.id)
    }

    private func create(_ upload: OpenUpload, _ record: UploadRecord) async throws {
        guard let object = record.object else { return }
        let isFirst = object.attemptedAt == nil
        forget(upload.id)
        let created: StoreUpload
        do {
            created = try await store.createUpload(to: object.location) { [committer] hasChecksums in
                try await committer.change { ledger, time in
                    try ledger.attempt(record.key, hasChecksums: hasChecksums, at: time)
                    upload.attempt(hasChecksums: hasChecksums, at: time)
                }
            }
        } catch let error as TransferError where isFirst && !Self.leavesOpen.contains(error.code) {
            // There is nothing at the store and nobody was told of anything here.
            try await committer.change { try $0.end(record.key, as: .aborted, at: $1) }
            _ = upload.move(from: .creating, to: .aborted)
            uploads.forget(upload)
            throw error
        }
        do {
            try await begin(upload, record, as: created)
        } catch let conflict as LedgerConflict {
            // Another upload to the same object may have found it, and send to it. Otherwise this one has ended meanwhile,
            // and nobody would know of what it has begun.
            let known = try await committer.change { ledger, _ in try ledger.storeUploads(to: object.location) }
            if let id = created.uploadID, !known.contains(id) { try await store.abort(created) }
            throw TransferError(.serverBusy, conflict.reason)
        }
    }

    private func forget(_ id: UploadID) { notFound.withLock { _ = $0.remove(id) } }

    /// After these the store may have begun an upload all the same.
    private static let leavesOpen: Set<TransferError.Code> = [
        .connectionLost, .timedOut, .stalled, .shortBody, .badResponse, .serverError,
    ]
}
