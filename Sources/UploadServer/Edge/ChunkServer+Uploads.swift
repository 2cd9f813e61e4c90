import Logging

extension ChunkServer {
    /// The server of the uploads and files in one folder. Blocks while it opens the folder, and puts right what a
    /// crash has left.
    ///
    /// Throws ``ServerSetupError`` if the server cannot start as the configuration wants it, and what the folder
    /// throws if it cannot be opened or belongs to another server.
    ///
    /// - Parameters:
    ///   - folder: Made if there is none.
    ///   - store: Takes the bytes of all uploads, so that the folder has nothing but what is known of them; `nil` if the
    ///     bytes go into the folder.
    ///   - faults: How the server misbehaves; `nil` for not at all. Only with the bytes here.
    ///   - onListening: Called once, with the port that was taken, as soon as connections are accepted.
    public init(
        _ configuration: ServerConfiguration, folder: String, settings: UploadSettings,
        store: ObjectStoreSettings? = nil, faults: FaultPlan? = nil, logger: Logger,
        onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) throws {
        try self.init(
            configuration,
            routes: Self.routes(folder, settings, store, faults, logger),
            logger: logger, onListening: onListening)
    }

    private static func routes(
        _ folder: String, _ settings: UploadSettings, _ store: ObjectStoreSettings?, _ faults: FaultPlan?,
        _ logger: Logger
    ) throws -> any ServerRoutes {
        if let store {
            return try PresignedService(folder: folder, settings: settings, target: store, logger: logger)
        }
        return try UploadService(folder: folder, settings: settings, logger: logger, faults: faults)
    }
}
