import Hummingbird

/// Tells a client that waits with its body to send it, as soon as a route wants to read it (RFC 9110 §10.1.1).
///
/// A client that is refused learns so without having sent a chunk in vain.
struct ContinueMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard request.headers[.expect]?.lowercased() == "100-continue", let notes = RequestNotes.current else {
            return try await next(request, context)
        }
        var request = request
        request.body = RequestBody(asyncSequence: AwaitedBody(base: request.body, notes: notes))
        return try await next(request, context)
    }
}

/// A body whose first read asks for it.
private struct AwaitedBody: AsyncSequence, Sendable {
    let base: RequestBody
    let notes: RequestNotes

    func makeAsyncIterator() -> Iterator { Iterator(base: base.makeAsyncIterator(), notes: notes) }

    struct Iterator: AsyncIteratorProtocol {
        var base: RequestBody.AsyncIterator
        var notes: RequestNotes?

        mutating func next() async throws -> ByteBuffer? {
            notes?.channel.triggerUserOutboundEvent(BodyWanted(), promise: nil)
            notes = nil
            return try await base.next()
        }
    }
}

/// Sent down a connection's pipeline when a route begins to read the body of its request.
struct BodyWanted: Sendable {}
