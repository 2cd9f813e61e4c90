import Hummingbird
import Logging
import Synchronization
import TestSupport

@testable import UploadServer

/// Routes that are just enough to see who gets in, and for how long.
final class StandInRoutes: ServerRoutes {
    static let bigSize = 64 << 20

    /// Requests to `/wait` are answered once this is open.
    let gate = Gate()
    private let log = Mutex<[String]>([])

    /// What happened to the routes as a whole, in order.
    var events: [String] { log.withLock { $0 } }

    func addRoutes(to router: Router<ServerContext>) {
        router.get("hello") { _, context in "hello \(context.owner.name)" }
        router.get("wait") { [self] _, _ in
            log.withLock { $0.append("waits") }
            await gate.pass()
            return "waited"
        }
        router.put("count") { request, _ in
            var count = 0
            for try await buffer in request.body { count += buffer.readableBytes }
            return "\(count)"
        }
        router.put("count-late") { [self] request, _ in
            await gate.pass()
            var count = 0
            for try await buffer in request.body { count += buffer.readableBytes }
            return "\(count)"
        }
        router.put("listen") { request, _ in
            // Reads a little, and waits for something else then.
            for try await _ in request.body { break }
            let (heard, tell) = AsyncStream<RequestNotes.Interruption>.makeStream()
            return await RequestNotes.listening {
                tell.yield($0)
            } during: {
                for await interruption in heard where interruption == .tooSlow { return "too slow" }
                return "nothing"
            }
        }
        router.put("ignore") { _, _ in "ignored" }
        router.get("fail") { _, _ -> Response in throw CancellationError() }
        router.get("big") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody(contentLength: Self.bigSize) { writer in
                    let piece = ByteBuffer(repeating: 7, count: 1 << 16)
                    for _ in 0..<(Self.bigSize >> 16) { try await writer.write(piece) }
                    try await writer.finish(nil)
                })
        }
    }

    func run() async {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        log.withLock { $0.append("run ended") }
    }

    func close() async {
        log.withLock { $0.append(Task.isCancelled ? "closed in a hurry" : "closed") }
    }
}

/// Holds tasks up until it is opened, or until they are cancelled.
final class Gate: Sendable {
    private let isOpen = Atomic(false)

    func open() { isOpen.store(true, ordering: .releasing) }

    var isPassable: Bool { isOpen.load(ordering: .acquiring) }

    func pass() async {
        while !isPassable, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(2))
        }
    }
}

extension ServerConfiguration {
    static func loopback(
        tokenFile: String? = nil, limits: (inout ConnectionLimits) -> Void = { _ in }
    ) -> ServerConfiguration {
        var configuration = ServerConfiguration(address: .loopback(), tokenFile: tokenFile)
        limits(&configuration.limits)
        return configuration
    }
}

/// A server that a test talks to.
struct RunningServer: Sendable {
    let server: ChunkServer
    let port: UInt16
    let routes: StandInRoutes
    let log: RecordedLog
}

/// Runs `body` with a server, and cuts the server off if `body` has not stopped it.
func serving(
    _ configuration: ServerConfiguration = .loopback(), _ body: @Sendable @escaping (RunningServer) async throws -> Void
) async throws {
    let (addresses, announce) = AsyncStream<ListenAddress>.makeStream()
    let routes = StandInRoutes()
    let log = RecordedLog()
    let server = try ChunkServer(
        configuration, routes: routes, logger: log.logger, onListening: { announce.yield($0) })
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { announce.finish() }
            try await server.run()
        }
        var iterator = addresses.makeAsyncIterator()
        // No address: the server ended, and its error is thrown below.
        if let address = await iterator.next() {
            try await body(RunningServer(server: server, port: UInt16(address.port), routes: routes, log: log))
        }
        group.cancelAll()
        try await group.waitForAll()
    }
}
