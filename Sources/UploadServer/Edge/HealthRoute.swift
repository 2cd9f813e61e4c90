import Hummingbird

/// `GET /health`: whether the server takes requests, for whoever watches over it. Needs no token.
struct HealthRoute: Sendable {
    let drain: ServerDrain

    static func isFor(_ request: Request) -> Bool {
        request.method == .get && request.uri.path == "/health"
    }

    func add(to router: Router<ServerContext>) {
        router.get("health") { _, _ in
            let isStopping = drain.isStopping
            return Response(
                status: isStopping ? .serviceUnavailable : .ok,
                headers: [.contentType: "application/json", .cacheControl: "no-store"],
                body: ResponseBody(
                    byteBuffer: ByteBuffer(string: isStopping ? #"{"status":"stopping"}"# : #"{"status":"ok"}"#)))
        }
    }
}
