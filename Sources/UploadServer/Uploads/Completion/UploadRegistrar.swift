import TransferCore

/// Registers uploads.
struct UploadRegistrar: Sendable {
    let uploads: OpenUploads
    let ender: UploadEnder
    let place: any UploadPlace
    let ledger: any UploadLedger
    let committer: ChunkCommitter
    let readers: Workers
    let settings: UploadSettings

    /// Makes a new upload, or finds the one that the same request made before. Throws a ``Problem``.
    func register(_ registration: Registration, key: String?, owner: Owner) async throws -> UploadRecord {
        if let known = try await known(registration, key, owner) { return try await place.open(known) }
        try await place.checkName(registration.name, of: owner)
        try await readers.run { [self] in try checkCount(owner, ledger) }
        try await place.checkRoom(for: registration.size)
        return try await place.open(try await record(registration, key, owner))
    }

    private func record(_ registration: Registration, _ key: String?, _ owner: Owner) async throws -> UploadRecord {
        let id = UploadID.random()
        do {
            let prepared = try await place.prepare(id, registration, of: owner)
            let upload = try await committer.change { [self] ledger, now in
                // The same request may have come twice at the same time.
                if let known = try earlier(registration, key, owner, ledger) { return known }
                try checkCount(owner, ledger)
                let upload = UploadRecord(
                    key: 0, id: id, owner: owner, name: registration.name, plan: prepared.plan,
                    sha256: registration.sha256, status: prepared.status, file: prepared.file, nextExpectedChunk: 0,
                    receivedCount: 0, activeAt: now, object: prepared.object)
                return try ledger.register(upload, as: registration, idempotencyKey: key, at: now)
            }
            if upload.id != id { await place.discard(id) }
            return upload
        } catch {
            await place.discard(id)
            throw error
        }
    }

    /// What the same request made before, unless its time is over: then it ends now.
    private func known(_ registration: Registration, _ key: String?, _ owner: Owner) async throws -> UploadRecord? {
        let known = try await readers.run { [self] in try earlier(registration, key, owner, ledger) }
        guard let known, ender.hasExpired(known) else { return known }
        _ = try await uploads.with(known.id) { upload, record in
            // The sweep may have come first.
            if !record.status.isGone { try await ender.end(upload, record, as: .expired) }
        }
        return nil
    }

    private func earlier(
        _ registration: Registration, _ key: String?, _ owner: Owner, _ ledger: any UploadLedger
    ) throws -> UploadRecord? {
        guard let key, let known = try ledger.registered(key: key, owner: owner) else { return nil }
        guard known.registration == registration else {
            throw Problem(.idempotencyConflict, "another request was made with this Idempotency-Key")
        }
        return known.upload
    }

    private func checkCount(_ owner: Owner, _ ledger: any UploadLedger) throws {
        guard try ledger.openUploads(of: owner) < settings.openUploadsPerOwner else {
            throw Problem(
                .tooManyUploads, "finish or delete some of your unfinished uploads first",
                headers: [.retryAfter: "60"])
        }
    }
}

extension Problem {
    static var nameTaken: Problem { Problem(.nameTaken, StorageError.nameTaken.sentence) }
}
