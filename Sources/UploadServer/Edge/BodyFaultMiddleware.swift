import Hummingbird
import NIOCore
import NIOHTTP1

/// Tells what went wrong with a request's body on its way from what went wrong here: the former is the client's.
struct BodyFaultMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch is BodyTooSlow {
            throw Problem(.tooSlow, "the request's body came too slowly", headers: [.connection: "close"])
        } catch is HTTPParserError {
            throw Problem(
                .badRequest, "the request's body is malformed or incomplete", headers: [.connection: "close"])
        } catch is IOError {
            throw Self.connectionEnded
        } catch is ChannelError {
            throw Self.connectionEnded
        }
    }

    /// Nobody reads it but the log.
    private static var connectionEnded: Problem {
        Problem(.badRequest, "the connection ended within the request", headers: [.connection: "close"])
    }
}
