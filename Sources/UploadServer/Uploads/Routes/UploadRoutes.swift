import Hummingbird
import TransferCore
import WireProtocols

/// The routes of uploads, but for the chunks themselves.
struct UploadRoutes: Sendable {
    /// How many ranges of received chunks a client is told. It sends what lies behind them again, which does no harm,
    /// and an answer stays small even for an upload whose every second chunk is missing.
    private static let longestList = 10_000

    let uploads: OpenUploads
    let ledger: any UploadLedger
    let readers: Workers
    let registrar: UploadRegistrar
    let completer: UploadCompleter
    let ender: UploadEnder
    let clock: any Clock
    let settings: UploadSettings
    /// `nil` where the bytes are here.
    var sightings: StoreSightings?

    func add(to router: Router<ServerContext>) {
        router.post("uploads") { try await register($0, $1) }
        router.get("uploads/:id") { try await state(of: $1.parameters.get("id"), $1.owner) }
        router.get("status") { try await state(of: $0.uri.queryParameters.get("id"), $1.owner) }
        router.post("uploads/:id/complete") { try await complete($0, $1) }
        router.delete("uploads/:id") { try await delete($1) }
        router.refuseOthers("uploads", but: [.post])
        router.refuseOthers("uploads/:id", but: [.get, .delete])
        router.refuseOthers("status", but: [.get])
        router.refuseOthers("uploads/:id/complete", but: [.post])
    }

    private func register(_ request: Request, _ context: ServerContext) async throws -> Response {
        let key = try request.headers[.idempotencyKey].map(Registration.idempotencyKey)
        let registration = try Registration(json: try await request.smallBody(), settings: settings)
        let upload = try await StorageProblem.translating {
            try await registrar.register(registration, key: key, owner: context.owner)
        }
        return try await answer(upload, status: .created)
    }

    private func state(of id: String?, _ owner: Owner) async throws -> Response {
        try await with(id, owner) { upload, record in
            // If the store does not begin it now, the answer is still how it stands.
            if record.status == .creating { _ = try? await registrar.place.open(record) }
            let parts = try await parts(of: upload)
            // Not what was known on entering: another request may have changed it since.
            guard let record = upload.record, !record.status.isGone else { throw Problem.gone }
            guard let row = try await readers.run({ [ledger] in try ledger.upload(record.id) }) else {
                throw Problem.unknownUpload
            }
            return try await answer(row, parts: parts, status: .ok)
        }
    }

    /// What an object store has of an upload. Throws a ``Problem`` if it is gone there.
    private func parts(of upload: OpenUpload) async throws -> [S3Part] {
        guard let sightings, let row = try await readers.run({ [ledger] in try ledger.upload(upload.id) }) else {
            return []
        }
        return try await sightings.parts(of: upload, row)
    }

    private func complete(_ request: Request, _ context: ServerContext) async throws -> Response {
        let wish = try Registration.completionDigest(json: try await request.smallBody())
        return try await with(context.parameters.get("id"), context.owner) { upload, record in
            let isComplete = try await completer.complete(upload, record, wish: wish)
            guard isComplete, let record = upload.record else { return UploadAnswers.assembling }
            return UploadAnswers.complete(record)
        }
    }

    private func delete(_ context: ServerContext) async throws -> Response {
        try await with(context.parameters.get("id"), context.owner) { upload, record in
            try await ender.end(upload, record, as: .aborted)
            return Response(status: .noContent, headers: [.cacheControl: "no-store"])
        }
    }

    private func answer(
        _ upload: UploadRecord, parts: [S3Part] = [], status: HTTPResponse.Status
    ) async throws -> Response {
        let received = try await readers.run { [ledger] in
            try ledger.received(upload.key, limit: Self.longestList)
        }
        return UploadAnswers.state(
            of: upload, received: received, unreported: UnreportedPart.all(in: parts, of: upload.plan, but: received),
            lifetime: settings.lifetime, status: status)
    }

    private func with(
        _ id: String?, _ owner: Owner, _ body: (OpenUpload, UploadRecord) async throws -> Response
    ) async throws -> Response {
        try await uploads.answer(id, owner, lifetime: settings.lifetime, now: clock.wallTime(), body)
    }
}

extension OpenUploads {
    /// Answers a request about an upload of its owner. Throws a ``Problem`` if there is none.
    func answer(
        _ id: String?, _ owner: Owner, lifetime: Duration, now: WallTime,
        _ body: (OpenUpload, UploadRecord) async throws -> Response
    ) async throws -> Response {
        guard let id = id.flatMap({ UploadID($0) }) else { throw Problem.unknownUpload }
        return try await StorageProblem.translating {
            let response = try await with(id) { upload, record in
                try record.check(owner, lifetime: lifetime, now: now)
                return try await body(upload, record)
            }
            guard let response else { throw Problem.unknownUpload }
            return response
        }
    }
}

extension UploadRecord {
    /// Throws a ``Problem`` unless the owner may work with this upload now.
    func check(_ owner: Owner, lifetime: Duration, now: WallTime) throws {
        guard self.owner == owner else { throw Problem.unknownUpload }
        if status.isGone || hasExpired(after: lifetime, now: now) { throw Problem.gone }
    }

    /// Whether nobody came back for it in time.
    func hasExpired(after lifetime: Duration, now: WallTime) -> Bool {
        (status == .inProgress || status == .creating) && activeAt + lifetime <= now
    }
}

/// Failures of files and of the ledger, as problems.
enum StorageProblem {
    static func translating<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as StorageError {
            throw problem(error)
        }
    }

    private static func problem(_ error: StorageError) -> any Error {
        switch error {
        case .noRoom: Problem(.noRoom, error.sentence)
        case .nameTaken: Problem.nameTaken
        case .failed: error
        }
    }
}

extension Router<ServerContext> {
    /// Answers all methods but some with 405.
    func refuseOthers(_ path: RouterPath, but allowed: [HTTPRequest.Method]) {
        let allow = allowed.map(\.rawValue).joined(separator: ", ")
        for method in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete] where !allowed.contains(method) {
            on(path, method: method) { _, _ -> Response in
                throw Problem(.methodNotAllowed, "only \(allow) can be done here", headers: [.allow: allow])
            }
        }
    }
}

extension Request {
    /// The body of a request that is small by nature. Throws a ``Problem`` if it is not.
    ///
    /// - Parameter limit: In bytes.
    func smallBody(limit: Int = Registration.maximumBody) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await part in body {
            guard bytes.count + part.readableBytes <= limit else {
                throw Problem(
                    .tooLarge, "the body may have \(limit) bytes at most",
                    headers: [.connection: "close"])
            }
            bytes += part.readableBytesView
        }
        return bytes
    }
}
