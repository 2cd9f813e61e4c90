import TransferCore

/// Registers uploads.
struct UploadRegistrar: Sendable {
    let storage: any ChunkStorage
    let committer: ChunkCommitter
    let gauge: DiskGauge
    let settings: UploadSettings

    /// Makes a new upload, or finds the one that the same request made before. Throws a ``Problem``.
    func register(_ registration: Registration, key: String?, owner: Owner) async throws -> UploadRecord {
        try await committer.change { ledger, now in
            if let key, let known = try ledger.registered(key: key, owner: owner) {
                guard known.registration == registration else {
                    throw Problem(.idempotencyConflict, "another request was made with this Idempotency-Key")
                }
                return known.upload
            }
            if try storage.isTaken(registration.name, of: owner) { throw Problem.nameTaken }
            guard try ledger.openUploads(of: owner) < settings.openUploadsPerOwner else {
                throw Problem(
                    .tooManyUploads, "finish or delete some of your unfinished uploads first",
                    headers: [.retryAfter: "60"])
            }
            try gauge.demand(registration.size)
            return try create(registration, key: key, owner: owner, ledger, now)
        }
    }

    private func create(
        _ registration: Registration, key: String?, owner: Owner, _ ledger: any UploadLedger, _ now: WallTime
    ) throws -> UploadRecord {
        let id = UploadID.random()
        // First the file: one without an upload is found and deleted at the next start.
        let file = try storage.create(id, size: registration.size)
        let upload = UploadRecord(
            key: 0, id: id, owner: owner, name: registration.name, plan: registration.plan(settings),
            sha256: registration.sha256, status: .inProgress, file: file, nextExpectedChunk: 0, receivedCount: 0,
            activeAt: now)
        do {
            return try ledger.register(upload, as: registration, idempotencyKey: key, at: now)
        } catch {
            try? storage.remove(id)
            throw error
        }
    }
}

extension Problem {
    static var nameTaken: Problem { Problem(.nameTaken, "there is a file or a folder of that name already") }
}
