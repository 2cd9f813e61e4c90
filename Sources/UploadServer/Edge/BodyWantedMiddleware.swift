import Hummingbird

/// Lets the connection know when a route begins to read the body of its request: from then on the client is expected
/// to send, and one that waits to be asked for the body is asked (RFC 9110 §10.1.1).
///
/// A client that is refused learns so without having sent a chunk in vain, and one that has to wait for its turn is
/// not taken for a slow one.
struct BodyWantedMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard Self.mayHaveBody(request), let notes = RequestNotes.current else {
            return try await next(request, context)
        }
        var request = request
        request.body = RequestBody(asyncSequence: AwaitedBody(base: request.body, notes: notes))
        return try await next(request, context)
    }

    /// Those of `GET` and `HEAD` mean nothing (RFC 9110 §9.3.1), and no route reads them.
    private static func mayHaveBody(_ request: Request) -> Bool {
        guard request.method != .get, request.method != .head else { return false }
        return request.headers[.transferEncoding] != nil || request.headers[.contentLength] ?? "0" != "0"
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
