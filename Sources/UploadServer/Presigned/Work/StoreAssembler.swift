import TransferCore

/// Has the store make one object of the parts of an upload, after the store has confirmed every one of them.
struct StoreAssembler: Assembler {
    let ledger: any UploadLedger
    let committer: ChunkCommitter
    let readers: Workers
    let store: any ObjectStore
    let settler: StoreSettler
    let sightings: StoreSightings

    /// S3 has no SHA-256 of an object of several parts, and the bytes never come here.
    func checkCanCompare(_ upload: UploadRecord) throws {
        guard !upload.hasComparableDigest else { return }
        let reason = upload.plan.count > 1 ? "in several parts" : "which keeps no checksums"
        throw Problem(
            .digestNotSupported,
            "a SHA-256 of the whole file cannot be compared here: the bytes are in an object store, \(reason)")
    }

    func assemble(_ upload: OpenUpload, _ record: UploadRecord, expected: ChunkDigest?) async throws {
        guard let object = record.object else { throw Problem.gone }
        try await readers.run { [ledger] in try ledger.checkAllReceived(record) }
        // The latter after a crash.
        guard upload.move(from: .inProgress, to: .assembling) || upload.move(from: .assembling, to: .assembling)
        else { throw Problem.gone }
        do {
            let content = try await settler.content(of: record)
            try checkDigest(content, expected)
            try await committer.change { try $0.beginAssembly(of: record.key, expecting: expected, at: $1) }
            try await make(object, content)
            try await settler.finish(upload, record)
        } catch let loss as Loss {
            try await recover(from: loss, upload, record, object)
        } catch {
            // Should this fail, too, the next try or the next start asks the store.
            try? await settler.takeBack(upload, record)
            throw (error as? TransferError).map(StoreFailure.problem) ?? error
        }
    }

    /// Why an upload cannot be completed as it was reported.
    private enum Loss: Error {
        /// The store has other parts, or none, in place of these.
        case chunks([ChunkReceipt])
        /// The store lists all parts as they were reported, and still cannot make an object of them.
        case allChunks
        /// The store does not know it.
        case upload
        /// Somebody else made the object meanwhile. All parts have to be sent to another upload (Amazon S3 API Reference,
        /// "CompleteMultipartUpload").
        case race
    }

    /// Makes the object, unless that was done before and the answer was lost.
    private func make(_ object: StoreUpload, _ content: ReportedContent) async throws {
        do {
            guard object.uploadID != nil else { return try await store.putEmpty(at: object.location) }
            let (parts, missing) = content.compare(with: try await store.parts(of: object))
            guard missing.isEmpty else {
                let indices = Set(missing)
                throw Loss.chunks(content.receipts.filter { indices.contains($0.index) })
            }
            try await store.complete(object, parts, size: content.plan.size)
        } catch let error as TransferError {
            switch error.code {
            case .uploadLost:
                guard try await settler.isFinished(object, content) else { throw Loss.upload }
            case .remoteNameTaken, .remoteConflict:
                guard try await settler.isFinished(object, content) else {
                    // Of an empty file there is nothing to send again.
                    throw error.code == .remoteConflict && object.uploadID != nil ? Loss.race : error
                }
                // Whoever made it, ours may still be there, and nobody would ask for it again.
                if object.uploadID != nil { try await store.end(object) }
            case .incomplete, .digestMismatchOfChunk: throw Loss.allChunks
            default: throw error
            }
        }
    }

    private func checkDigest(_ content: ReportedContent, _ expected: ChunkDigest?) throws {
        guard let expected, content.plan.count <= 1 else { return }
        let found = content.receipts.first?.digest ?? .ofEmpty
        guard found == expected else { throw Problem(.fileMismatch, "the whole file has the SHA-256 \(found)") }
    }

    private func recover(
        from loss: Loss, _ upload: OpenUpload, _ record: UploadRecord, _ object: StoreUpload
    ) async throws {
        switch loss {
        case .chunks(let receipts): try await forget(receipts, upload, record)
        case .allChunks:
            // Clients would only report again what they are told is there.
            sightings.distrust(record.id)
            try await forget(try await settler.content(of: record).receipts, upload, record)
        case .race:
            do {
                try await StoreFailure.translating { try await store.end(object) }
            } catch {
                try? await settler.takeBack(upload, record)
                throw error
            }
            fallthrough
        case .upload:
            try await settler.lose(upload, record)
            throw Problem.gone
        }
    }

    /// The client has to send these chunks again, or to report what it has sent since.
    private func forget(_ receipts: [ChunkReceipt], _ upload: OpenUpload, _ record: UploadRecord) async throws {
        try await committer.change { ledger, _ in try ledger.forget(receipts, of: record.key) }
        try await settler.takeBack(upload, record)
        throw try await readers.run { [ledger] in try ledger.incompleteness(of: record) }
    }
}
