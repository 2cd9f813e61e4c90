import Hummingbird
import Logging
import TransferCore

/// Serves the files of one folder over HTTP: ranges, strong validators, conditions and digests.
public struct FileServer: Sendable {
    /// Where the server listens. Without a token it is the loopback address only.
    public struct Address: Sendable, Hashable {
        let host: String
        let port: Int

        /// 127.0.0.1; port 0 takes any that is free.
        public static func loopback(port: Int = 0) -> Address { Address(host: "127.0.0.1", port: port) }
    }

    private let folder: ServedFolder
    private let address: Address
    private let faults: FaultPlan?
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// Throws ``TransferError`` if the folder cannot be opened.
    ///
    /// - Parameters:
    ///   - faults: How the server misbehaves; `nil` for not at all.
    ///   - onListening: Called once with the port as soon as connections are accepted.
    public init(
        folder: String, address: Address = .loopback(), faults: FaultPlan? = nil,
        logger: Logger = Logger(label: "carryon.files", factory: { _ in SwiftLogNoOpLogHandler() }),
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws {
        self.folder = try ServedFolder(folder)
        self.address = address
        self.faults = faults
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the task is cancelled, then ends all connections and returns.
    public func run() async throws {
        let digests = FileDigestCache()
        defer { digests.cancel() }
        let router = Router()
        router.add(middleware: ProblemMiddleware())
        FileRoutes(folder: folder, digests: digests, faults: faults).add(to: router)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
            onServerRunning: { [onListening] channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger)
        do {
            try await application.run()
        } catch is CancellationError {
            return
        }
    }
}
