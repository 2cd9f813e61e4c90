import Hummingbird
import TransferCore

/// `PUT /uploads/ID/chunks/N`.
struct ChunkRoute: Sendable {
    let uploads: OpenUploads
    let readers: Workers
    let tools: ChunkTools
    let gauge: DiskGauge
    let clock: any Clock
    let settings: UploadSettings
    let faults: UploadFaults?

    func add(to router: Router<ServerContext>) {
        router.put("uploads/:id/chunks/:index") { request, context in
            let fault = faults?.next() ?? .none
            do {
                return try await answer(request, context, fault)
            } catch let problem as Problem {
                return problem.closingResponse(to: request)
            }
        }
        router.refuseOthers("uploads/:id/chunks/:index", but: [.put])
    }

    private func answer(
        _ request: Request, _ context: ServerContext, _ fault: FaultPlan.UploadFault
    ) async throws -> Response {
        if fault == .busy { throw Problem(.busy, "the server is busy for a moment", headers: [.retryAfter: "1"]) }
        guard let id = context.parameters.get("id").flatMap({ UploadID($0) }) else { throw Problem.unknownUpload }
        let index = context.parameters.get("index") ?? ""
        let response = try await StorageProblem.translating {
            try await uploads.with(id) { upload, record in
                try record.check(context.owner, lifetime: settings.lifetime, now: clock.wallTime())
                let claim = try ChunkClaim(index: index, request.headers, plan: record.plan)
                return try await receive(claim, upload, record, request, fault)
            }
        }
        guard let response else { throw Problem.unknownUpload }
        // The connection ends with its task, before any answer.
        if fault == .loseAnswer { withUnsafeCurrentTask { $0?.cancel() } }
        return response
    }

    private func receive(
        _ claim: ChunkClaim, _ upload: OpenUpload, _ record: UploadRecord, _ request: Request,
        _ fault: FaultPlan.UploadFault
    ) async throws -> Response {
        let reception = Reception()
        try await upload.lease(claim.index, for: reception)
        defer { upload.giveBack(claim.index) }
        // Only now: the status may have changed while this one waited, and nobody else writes this chunk from here on.
        try upload.checkTakesChunks()
        let receiver = ChunkReceiver(
            claim: claim, upload: upload, record: record, reception: reception, tools: tools,
            bytesPerSecond: faults?.plan.bytesPerSecond, rejectsChecksum: fault == .rejectChecksum)
        let isKnown = try await readers.run { [tools, gauge] in
            if let known = try tools.ledger.chunk(claim.index, of: record.key) {
                if known == claim.digest { return true }
                throw Problem.otherContent(of: claim.index)
            }
            try gauge.demand(claim.length, isTaken: true)
            return false
        }
        let next = try await RequestNotes.listening {
            // Not if the client has left: what it sent to the end is worth keeping.
            if $0 == .tooSlow { reception.cut(.tooSlow) }
        } during: {
            try await reception.run {
                try await isKnown ? receiver.verify(request.body) : receiver.store(request.body)
            }
        }
        if !isKnown { upload.wasActive(at: clock.wallTime()) }
        return UploadAnswers.stored(
            claim.index, claim.digest, tag: "\"\(claim.digest)\"", nextExpected: next)
    }
}

extension OpenUpload {
    /// Throws a ``Problem`` if no chunk is taken now. Those of a complete upload are compared.
    func checkTakesChunks() throws {
        switch record?.status {
        case .inProgress, .complete: return
        case .creating, .assembling: throw Problem.isAssembling
        case .aborted, .expired, nil: throw Problem.gone
        }
    }
}

extension Problem {
    /// The answer to a request whose body was not read, or not to its end. Little of it is read and thrown away; if
    /// there is more, the connection closes.
    func closingResponse(to request: Request) -> Response {
        var response = response(isHead: false)
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? .max
        if length > 256 << 10 { response.headers[.connection] = "close" }
        return response
    }
}
