import Hummingbird
import HummingbirdCore
import Logging
import Synchronization
import TestSupport
import TransferCore

@testable import UploadServer

extension TemporaryFolder {
    /// The data folder of a server, with room for finished files in it.
    static func data() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.makeFolder("files")
        return folder
    }
}

/// Runs `body` with a server of a data folder, and stops the server.
@discardableResult
func serving<Value: Sendable>(
    _ folder: TemporaryFolder, settings: UploadSettings = .test, clock: any Clock = SystemClock(),
    faults: FaultPlan? = nil, _ body: @Sendable @escaping (UInt16) async throws -> Value
) async throws -> Value {
    defer { withExtendedLifetime(folder) {} }
    let service = try UploadService(
        folder: folder.path, settings: settings, clock: clock, logger: .silent, faults: faults)
    return try await serving(service, body)
}

/// Runs `body` with a server, and stops it.
@discardableResult
func serving<Value: Sendable>(
    _ service: any ServerRoutes, _ body: @Sendable @escaping (UInt16) async throws -> Value
) async throws -> Value {
    let (ports, announce) = AsyncStream<Int>.makeStream()
    // Hummingbird's own connections do not survive being accepted while the server is cancelled: NIO's writer ends the
    // process if it is dropped unfinished.
    let registry = ConnectionRegistry()
    let connections = ConnectionSettings(
        limits: ConnectionLimits(), drain: ServerDrain(), registry: registry, log: AccessLog(.silent), tls: nil)
    let router = Router(context: ServerContext.self)
    router.add(middleware: ProblemMiddleware())
    router.add(middleware: TestOwnerMiddleware())
    service.addRoutes(to: router)
    let application = Application(
        router: router, server: HTTPServerBuilder { HTTP1Connection(responder: $0, settings: connections) },
        configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { announce.yield($0.localAddress?.port ?? 0) }, logger: .silent)
    let result = await withTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { announce.finish() }
            try? await application.run()
        }
        group.addTask { await service.run() }
        var iterator = ports.makeAsyncIterator()
        let port = await iterator.next()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(UInt16(port ?? 0)))
        } catch {
            result = .failure(error)
        }
        group.cancelAll()
        registry.closeAll()
        return result
    }
    await service.close()
    return try result.get()
}

/// Takes the owner from a field, as the authentication takes it from a token.
private struct TestOwnerMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let name = request.headers[HTTPFields.Element.Name("X-Owner")!] { context.owner = Owner(name: name) }
        return try await next(request, context)
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }
}

extension UploadSettings {
    /// Small, and patient: nobody loses a chunk because this machine is busy.
    static var test: UploadSettings {
        var settings = UploadSettings(chunkSize: 64 << 10)
        settings.reserve = 0
        settings.takeoverAfter = .seconds(3600)
        settings.bufferPatience = .seconds(3600)
        settings.completePatience = .seconds(3600)
        return settings
    }

    /// For tests about those who are silent.
    static var impatient: UploadSettings {
        var settings = test
        settings.takeoverAfter = .seconds(1)
        settings.bufferPatience = .seconds(1)
        return settings
    }
}

/// Every request meets this one fault.
extension FaultPlan {
    static func always(_ chances: Chances, bytesPerSecond: Int? = nil, stall: Duration = .seconds(30)) -> FaultPlan {
        FaultPlan(seed: 1, chances: chances, bytesPerSecond: bytesPerSecond, longestStall: stall)
    }
}
