import Hummingbird

/// Refuses requests once the server is stopping. Those that were there before go on.
struct DrainMiddleware: RouterMiddleware {
    let drain: ServerDrain

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard !drain.isStopping || HealthRoute.isFor(request) else {
            throw Problem(
                .stopping, "the server is stopping: ask again in a moment",
                headers: [.retryAfter: "5", .connection: "close"])
        }
        return try await next(request, context)
    }
}
