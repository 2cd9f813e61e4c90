import Foundation
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
        case badRequest = "bad-request"
        case internalError = "internal-error"
    }

    var kind: Kind
    var detail: String
    var headers = HTTPFields()

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
        case .busy: .serviceUnavailable
        case .badRequest: .badRequest
        case .internalError: .internalServerError
        }
    }

    /// The answer; to a `HEAD` without its body.
    func response(isHead: Bool) -> Response {
        struct Body: Encodable {
            var type: String
            var title: String
            var status: Int
            var detail: String
        }
        let body = Body(
            type: "urn:carryon:problem:\(kind.rawValue)", title: status.reasonPhrase, status: status.code,
            detail: detail)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = (try? encoder.encode(body)) ?? Data("{}".utf8)
        var fields = headers
        fields[.contentType] = "application/problem+json"
        fields[.contentLength] = String(bytes.count)
        fields[.cacheControl] = "no-store"
        return Response(
            status: status, headers: fields,
            body: isHead ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
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
