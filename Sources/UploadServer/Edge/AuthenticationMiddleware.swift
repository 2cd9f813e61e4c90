import Hummingbird

/// Finds out whose request it is, before anything of its body is read.
struct AuthenticationMiddleware: RouterMiddleware {
    /// `nil`: everybody who can connect may do everything.
    let tokens: TokenKeeper?

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let owner = await owner(of: request)
        RequestNotes.current?.append(owner ?? .nobody)
        guard let owner else {
            throw Problem(
                .unauthorized, "this server wants one of its tokens: Authorization: Bearer TOKEN",
                headers: [.wwwAuthenticate: "Bearer"])
        }
        var context = context
        context.owner = owner
        return try await next(request, context)
    }

    private func owner(of request: Request) async -> Owner? {
        guard let tokens, !HealthRoute.isFor(request) else { return .nobody }
        guard let token = Self.token(in: request.headers[.authorization]) else { return nil }
        return await tokens.owner(of: token)
    }

    /// The token of `Bearer TOKEN`; the scheme's case does not matter (RFC 9110 §11.1).
    static func token(in field: String?) -> Substring.UTF8View? {
        guard let field, let space = field.firstIndex(of: " "), field[..<space].lowercased() == "bearer" else {
            return nil
        }
        return field[space...].trimmed.utf8
    }
}
