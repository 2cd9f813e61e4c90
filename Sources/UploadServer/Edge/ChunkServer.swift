import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import TransferCore

/// The server of the chunk protocol: HTTP/1.1, with or without TLS.
///
/// From the outside in, a request meets: the limits of its connection and the access log (``MessageHandler``),
/// ``ProblemMiddleware``, the tokens or ``LocalAccessMiddleware``, the refusal of a server that is stopping, and the
/// routes.
public struct ChunkServer: Sendable {
    /// How long the end of a server may take that has no requests any more.
    private static let endTime = Duration.seconds(5)

    private let configuration: ServerConfiguration
    private let address: NumericAddress
    private let tls: NIOSSLContext?
    private let tokens: TokenKeeper?
    private let routes: any ServerRoutes
    private let logger: Logger
    private let onListening: @Sendable (ListenAddress) async -> Void
    private let starts = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    private let stops = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// Throws ``ServerSetupError`` if a file of the configuration makes no sense, or if the address is open to other
    /// machines and there are no tokens.
    ///
    /// - Parameters:
    ///   - routes: Evaluated once everything else is known to be right.
    ///   - onListening: Called once, with the port that was taken, as soon as connections are accepted.
    init(
        _ configuration: ServerConfiguration, routes: @autoclosure () throws -> any ServerRoutes, logger: Logger,
        onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) throws {
        address = try NumericAddress(configuration.address)
        guard address.isLoopback || configuration.tokenFile != nil else {
            throw ServerSetupError(
                "\(configuration.address) can be reached from other machines: "
                    + "give a token file, or listen on 127.0.0.1")
        }
        tokens = try configuration.tokenFile.map {
            try TokenKeeper($0, logger: logger, now: { Instant(NIODeadline.now()) })
        }
        tls = try configuration.tls.map(TLSSetup.context)
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
        self.routes = try routes()
    }

    /// Tells the server to stop: it accepts no more connections, refuses further requests, lets running ones go on
    /// for ``ServerConfiguration/stopTime`` at most, and ``run()`` returns. From any thread, at any time, also twice.
    public func stop() { stops.continuation.yield() }

    /// Serves until ``stop()``, or until its task is cancelled, which cuts running requests off. Only once.
    ///
    /// Throws ``ServerSetupError`` if the address cannot be listened on. Signals are the caller's business.
    public func run() async throws {
        let background = Task { await routes.run() }
        let result: Result<Void, any Error>
        do {
            try await serve()
            result = .success(())
        } catch {
            result = .failure(error)
        }
        background.cancel()
        await background.value
        // Not in this task: its cancellation must not cut short what is being committed.
        await Task { await routes.close() }.value
        try result.get()
    }

    private func serve() async throws {
        DescriptorLimit.raise(to: 2 * configuration.limits.connections + 256, logger: logger)
        let drain = ServerDrain()
        let registry = ConnectionRegistry()
        let service = ServiceGroupConfiguration.ServiceConfiguration(
            service: application(drain, registry), successTerminationBehavior: .gracefullyShutdownGroup)
        let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await run(group) }
            tasks.addTask {
                var isIdle = false
                // A group of services that is stopped before it runs is an error.
                if await starts.stream.hasElement(), await stops.stream.hasElement() {
                    drain.begin()
                    await group.triggerGracefulShutdown()
                    isIdle = await drain.untilIdle(longest: configuration.stopTime)
                }
                registry.closeAll()
                // With nothing left to do the group ends by itself, and would complain of being cancelled.
                if isIdle { try? await Task.sleep(for: Self.endTime) }
            }
            try await tasks.next()
            tasks.cancelAll()
            try await tasks.waitForAll()
        }
    }

    private func run(_ group: ServiceGroup) async throws {
        do {
            try await group.run()
        } catch is CancellationError {
            return
        } catch let error as IOError {
            let reason = String(cString: strerror(error.errnoCode))
            throw ServerSetupError("cannot listen on \(configuration.address): \(reason)")
        }
    }

    private func application(_ drain: ServerDrain, _ registry: ConnectionRegistry) -> some ApplicationProtocol {
        let router = Router(context: ServerContext.self)
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: BodyFaultMiddleware())
        router.add(middleware: AuthenticationMiddleware(tokens: tokens))
        if tokens == nil { router.add(middleware: LocalAccessMiddleware(hasTLS: tls != nil)) }
        router.add(middleware: DrainMiddleware(drain: drain))
        router.add(middleware: BodyWantedMiddleware())
        HealthRoute(drain: drain).add(to: router)
        routes.addRoutes(to: router)
        let settings = ConnectionSettings(
            limits: configuration.limits, drain: drain, registry: registry, log: AccessLog(logger), tls: tls)
        let connections = configuration.limits.connections
        return Application(
            router: router,
            server: HTTPServerBuilder { HTTP1Connection(responder: $0, settings: settings) },
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: configuration.address.port), backlog: 1024,
                availableConnectionsDelegate: .maximum(connections, logger: logger)),
            onServerRunning: { await listens(on: $0) },
            logger: logger)
    }

    private func listens(on channel: any Channel) async {
        // One at a time, or a whole batch is accepted where one connection was still allowed.
        try? await channel.setOption(ChannelOptions.maxMessagesPerRead, value: 1).get()
        starts.continuation.yield()
        await onListening(
            ListenAddress(host: configuration.address.host, port: channel.localAddress?.port ?? 0))
    }
}

extension AsyncStream {
    /// Waits for an element; `false` if the task is cancelled before there is one.
    fileprivate func hasElement() async -> Bool {
        for await _ in self { return true }
        return false
    }
}
