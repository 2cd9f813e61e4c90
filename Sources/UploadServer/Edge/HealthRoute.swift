import Hummingbird

/// `GET` and `HEAD /health`: whether the server takes requests, for whoever watches over it. Needs no token.
struct HealthRoute: Sendable {
    let drain: ServerDrain

    static func isFor(_ request: Request) -> Bool {
        (request.method == .get || request.method == .head) && request.uri.path == "/health"
    }

    private func answer(isHead: Bool) -> Response {
        let isStopping = drain.isStopping
        let body = ByteBuffer(string: isStopping ? #"{"status":"stopping"}"# : #"{"status":"ok"}"#)
        return Response(
            status: isStopping ? .serviceUnavailable : .ok,
            headers: [
                .contentType: "application/json", .cacheControl: "no-store",
                .contentLength: String(body.readableBytes),
            ],
            body: isHead ? ResponseBody() : ResponseBody(byteBuffer: body))
    }

    func add(to router: Router<ServerContext>) {
        for method in [HTTPRequest.Method.get, .head] {
            router.on("health", method: method) { request, _ in answer(isHead: request.method == .head) }
        }
    }
}
