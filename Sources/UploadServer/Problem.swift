import Hummingbird

/// An error as `application/problem+json` (RFC 9457).
struct Problem: Error {
    /// Why a request was refused. The raw value ends the problem's `type`: never change one.
    enum Kind: String {
        case notFound = "not-found"
        case methodNotAllowed = "method-not-allowed"
        case preconditionFailed = "precondition-failed"
        case rangeNotSatisfiable = "range-not-satisfiable"
        case busy
        case badName = "bad-name"
        case badChunk = "bad-chunk"
        case badChecksum = "bad-checksum"
        case checksumMissing = "checksum-missing"
        case lengthRequired = "length-required"
        case wrongLength = "wrong-length"
        case tooLarge = "too-large"
        case tooManyUploads = "too-many-uploads"
        case unknownUpload = "unknown-upload"
        case gone
        case nameTaken = "name-taken"
        case idempotencyConflict = "idempotency-conflict"
        case chunkConflict = "chunk-conflict"
        case digestConflict = "digest-conflict"
        case digestNotSupported = "digest-not-supported"
        case incomplete
        case checksumMismatch = "checksum-mismatch"
        case fileMismatch = "file-mismatch"
        case assembling
        case takenOver = "taken-over"
        case tooSlow = "too-slow"
        case noRoom = "no-room"
        case storeFailed = "store-failed"
        case unauthorized
        case forbiddenHost = "forbidden-host"
        case forbiddenOrigin = "forbidden-origin"
        case stopping
        case headTooLong = "head-too-long"
        case badRequest = "bad-request"
        case internalError = "internal-error"
    }

    var kind: Kind
    var detail: String
    var headers = HTTPFields()
    /// What was behind it, for the log: nothing that a client should know.
    var cause: (any Error)?
    /// Members beyond those that every problem has (RFC 9457 §3.2).
    var members = JSONObject()

    init(_ kind: Kind, _ detail: String, headers: HTTPFields = HTTPFields()) {
        self.kind = kind
        self.detail = detail
        self.headers = headers
    }

    private var status: HTTPResponse.Status {
        switch kind {
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .preconditionFailed: .preconditionFailed
        case .rangeNotSatisfiable: .rangeNotSatisfiable
        case .busy, .stopping: .serviceUnavailable
        case .unauthorized: .unauthorized
        case .forbiddenHost, .forbiddenOrigin: .forbidden
        case .headTooLong: .requestHeaderFieldsTooLarge
        case .badName, .badChunk, .badChecksum, .checksumMissing, .wrongLength, .digestNotSupported: .badRequest
        case .lengthRequired: .lengthRequired
        case .tooLarge: .contentTooLarge
        case .tooManyUploads: .tooManyRequests
        case .unknownUpload: .notFound
        case .gone: .gone
        case .nameTaken, .idempotencyConflict, .chunkConflict, .digestConflict, .incomplete: .conflict
        case .checksumMismatch, .fileMismatch: .unprocessableContent
        case .assembling, .takenOver: HTTPResponse.Status(code: 423, reasonPhrase: "Locked")
        case .tooSlow: .requestTimeout
        case .noRoom: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        case .storeFailed: .badGateway
        case .badRequest: .badRequest
        case .internalError: .internalServerError
        }
    }

    /// The answer; to a `HEAD` without its body.
    func response(isHead: Bool) -> Response {
        let (head, body) = message
        return Response(
            status: head.status, headers: head.headerFields,
            body: isHead ? ResponseBody() : ResponseBody(byteBuffer: body))
    }

    /// The answer as it goes out where there is no route.
    var message: (head: HTTPResponse, body: ByteBuffer) {
        var body = JSONObject()
        body.add("type", "urn:carryon:problem:\(kind.rawValue)")
        body.add("title", status.reasonPhrase)
        body.add("status", status.code)
        body.add("detail", detail)
        body.add(members)
        let bytes = ByteBuffer(string: body.json)
        var fields = headers
        fields[.contentType] = "application/problem+json"
        fields[.contentLength] = String(bytes.readableBytes)
        fields[.cacheControl] = "no-store"
        return (HTTPResponse(status: status, headerFields: fields), bytes)
    }
}

/// Turns every error into a ``Problem``.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let isHead = request.method == .head
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            if let cause = problem.cause {
                context.logger.warning(
                    "\(problem.detail)", metadata: ["problem": "\(problem.kind.rawValue)", "error": "\(cause)"])
            }
            return problem.response(isHead: isHead)
        } catch let error as HTTPError {
            let kind: Problem.Kind =
                switch error.status.code {
                case 404: .notFound
                case 405: .methodNotAllowed
                case 500...: .internalError
                default: .badRequest
                }
            return Problem(kind, error.body ?? error.status.reasonPhrase).response(isHead: isHead)
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(error)"])
            return Problem(.internalError, "the server could not answer").response(isHead: isHead)
        }
    }
}
