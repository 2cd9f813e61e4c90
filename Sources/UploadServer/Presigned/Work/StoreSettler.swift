import TransferCore

/// Finds out from the store what became of an upload, and records it.
struct StoreSettler: Sendable {
    let uploads: OpenUploads
    let ledger: any UploadLedger
    let committer: ChunkCommitter
    let readers: Workers
    let store: any ObjectStore

    /// What clients have reported of an upload.
    func content(of record: UploadRecord) async throws -> ReportedContent {
        let receipts = try await readers.run { [ledger] in try ledger.receipts(of: record.key) }
        return ReportedContent(plan: record.plan, receipts: receipts)
    }

    /// Whether the store has the finished object of an upload, as far as one may look.
    func isFinished(_ object: StoreUpload, _ content: ReportedContent) async throws -> Bool {
        guard let there = try await store.visibleObject(at: object.location) else { return false }
        return content.isWhole(there)
    }

    /// Brings an upload in line with the store, after a try to complete it whose end is not known, or because it may be
    /// lost.
    func settle(_ upload: OpenUpload, _ record: UploadRecord) async throws {
        guard let object = record.object, record.status == .inProgress || record.status == .assembling else { return }
        if object.uploadID != nil, try await store.isKnown(object) {
            try await takeBack(upload, record)
        } else if try await isFinished(object, try await content(of: record)) {
            try await finish(upload, record)
        } else if object.uploadID == nil {
            try await takeBack(upload, record)
        } else {
            try await lose(upload, record)
        }
    }

    /// The object is in its place.
    func finish(_ upload: OpenUpload, _ record: UploadRecord) async throws {
        let digest = try await committer.change { ledger, time in
            // Of several parts nobody knows the digest of the whole.
            let digest = record.hasComparableDigest ? try ledger.settledDigest(of: record) : nil
            try ledger.complete(record.key, sha256: digest, version: nil, at: time)
            return digest
        }
        upload.learn(sha256: digest)
        _ = upload.move(from: .inProgress, to: .complete) || upload.move(from: .assembling, to: .complete)
    }

    /// It did not become an object: it goes on.
    func takeBack(_ upload: OpenUpload, _ record: UploadRecord) async throws {
        try await committer.change { ledger, time in
            guard try ledger.upload(record.id)?.status == .assembling else { return }
            try ledger.abandonAssembly(of: record.key, at: time)
        }
        _ = upload.move(from: .assembling, to: .inProgress)
    }

    /// The store does not know it any more, and the object is not there.
    func lose(_ upload: OpenUpload, _ record: UploadRecord) async throws {
        try await committer.change { try $0.end(record.key, as: .aborted, at: $1) }
        _ = upload.move(from: .inProgress, to: .aborted) || upload.move(from: .assembling, to: .aborted)
        uploads.forget(upload)
    }
}

extension UploadRecord {
    /// Whether the store has compared the SHA-256 of all that the file is: of one part, or of nothing.
    var hasComparableDigest: Bool { plan.count == 0 || plan.count == 1 && object?.hasChecksums ?? false }
}
