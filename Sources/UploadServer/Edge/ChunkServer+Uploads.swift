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
    ///   - faults: How the server misbehaves; `nil` for not at all.
    ///   - onListening: Called once, with the port that was taken, as soon as connections are accepted.
    public init(
        _ configuration: ServerConfiguration, folder: String, settings: UploadSettings, faults: FaultPlan? = nil,
        logger: Logger, onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) throws {
        try self.init(
            configuration,
            routes: UploadService(folder: folder, settings: settings, logger: logger, faults: faults),
            logger: logger, onListening: onListening)
    }
}
