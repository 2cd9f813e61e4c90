import Hummingbird
import TransferCore

/// The routes of chunks whose bytes go straight to the object store: where to send them, and what came of it.
struct PresignRoutes: Sendable {
    let uploads: OpenUploads
    let ledger: any UploadLedger
    let readers: Workers
    let committer: ChunkCommitter
    let store: any ObjectStore
    let opener: StoreOpener
    let sightings: StoreSightings
    let clock: any Clock
    let lifetime: Duration
    let validity: Duration

    func add(to router: Router<ServerContext>) {
        router.post("uploads/:id/presign") { try await presign($0, $1) }
        router.post("uploads/:id/chunks/:index") { try await report($0, $1) }
        router.put("uploads/:id/chunks/:index") { request, _ in
            Problem(
                .methodNotAllowed,
                "chunks are not taken here: ask for their addresses in the object store with POST uploads/ID/presign",
                headers: [.allow: "POST"]
            ).closingResponse(to: request)
        }
        router.refuseOthers("uploads/:id/presign", but: [.post])
        router.refuseOthers("uploads/:id/chunks/:index", but: [.post, .put])
    }

    // MARK: Addresses

    private func presign(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await answer(context) { upload, record in
            let wanted = try PresignRequest(
                json: try await request.smallBody(limit: PresignRequest.maximumBody), plan: record.plan)
            let opened = try await StoreFailure.translating { try await opener.open(record) }
            try await sightings.check(upload, opened)
            try upload.checkTakesChunks()
            guard upload.record?.status == .inProgress, let object = upload.record?.object else {
                throw Problem(.chunkConflict, "the upload is complete")
            }
            try await checkConflicts(wanted, record)
            return UploadAnswers.signed(try await signed(wanted, object))
        }
    }

    private func checkConflicts(_ wanted: PresignRequest, _ record: UploadRecord) async throws {
        try await readers.run { [ledger] in
            for chunk in wanted.chunks {
                guard let known = try ledger.chunk(chunk.index, of: record.key) else { continue }
                guard known == chunk.digest else { throw Problem.otherContent(of: chunk.index) }
            }
        }
    }

    private func signed(
        _ wanted: PresignRequest, _ object: StoreUpload
    ) async throws -> [(chunk: Int, signed: SignedRequest)] {
        try await StoreFailure.translating {
            var requests: [(chunk: Int, signed: SignedRequest)] = []
            for chunk in wanted.chunks {
                let signed = try await store.presign(
                    chunk.index, of: object, chunk.digest, length: chunk.length, validity: validity)
                requests.append((chunk.index, signed))
            }
            return requests
        }
    }

    // MARK: Receipts

    private func report(_ request: Request, _ context: ServerContext) async throws -> Response {
        let report = try ReceiptReport(json: try await request.smallBody())
        return try await answer(context) { upload, record in
            let index = try record.plan.chunk(context.parameters.get("index") ?? "")
            let reception = Reception()
            try await upload.lease(index, for: reception)
            defer { upload.giveBack(index) }
            // Only now: the status may have changed while this one waited.
            try upload.checkTakesChunks()
            let chunk = ReceivedChunk(
                upload: record.key, index: index, digest: report.digest, entityTag: report.entityTag)
            let next = try await commit(chunk, of: record.id)
            upload.wasActive(at: clock.wallTime())
            return UploadAnswers.stored(index, report.digest, nextExpected: next)
        }
    }

    /// - Returns: The next expected chunk, after the report is durable.
    private func commit(_ chunk: ReceivedChunk, of id: UploadID) async throws -> Int {
        let known = try await readers.run { [ledger] in try ledger.receipt(chunk.index, of: chunk.upload) }
        guard let known else {
            return try await withCheckedThrowingContinuation { continuation in
                committer.submit(ChunkCommitter.Entry(chunk: chunk) { continuation.resume(with: $0) })
            }
        }
        guard known.digest == chunk.digest else { throw Problem.otherContent(of: chunk.index) }
        // Sent twice, it may have got another tag: only the latest part is sure to be there.
        if known.entityTag != chunk.entityTag { try await committer.change { try $0.rename(chunk, at: $1) } }
        return try await readers.run { [ledger] in try ledger.upload(id)?.nextExpectedChunk ?? 0 }
    }

    private func answer(
        _ context: ServerContext, _ body: (OpenUpload, UploadRecord) async throws -> Response
    ) async throws -> Response {
        try await uploads.answer(
            context.parameters.get("id"), context.owner, lifetime: lifetime, now: clock.wallTime(), body)
    }
}

extension Problem {
    static func otherContent(of chunk: Int) -> Problem {
        Problem(.chunkConflict, "chunk \(chunk) was received with other content")
    }
}
