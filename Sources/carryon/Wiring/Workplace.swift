import CurlTransport
import Foundation
import Logging
import TransferCore
import TransferEngine
import TransferStore

/// The state folder, taken for this process: its lock, its store, its log.
final class Workplace {
    let folder: StateFolder
    let store: SQLiteStore
    let logger: Logger
    private let lock: EngineLock

    /// - Parameter state: The folder from the command line, if one was given.
    /// - Throws: One sentence, among others if another process has the folder.
    init(state: String?) throws {
        let path = try StateFolder.locate(
            option: state, environment: ProcessInfo.processInfo.environment,
            currentFolder: FileManager.default.currentDirectoryPath)
        folder = try StateFolder(path: path)
        lock = try EngineLock(folder: folder, patience: 3000)
        store = try SQLiteStore(path: folder.database)
        logger = LogFile.logger(path: folder.log)
    }

    /// Appends transfers to the queue.
    func add(_ wishes: [NewTransfer]) throws -> [TransferRecord] {
        try store.insert(wishes, at: SystemClock().wallTime())
    }

    /// The transfer of that number; throws a `UsageError` if there is none.
    func transfer(_ id: TransferID) throws -> TransferRecord {
        guard let record = try store.loadQueue().first(where: { $0.id == id }) else {
            throw UsageError("there is no transfer \(id)")
        }
        return record
    }

    /// Starts the engine on this folder's queue.
    ///
    /// - Parameter only: If given, other transfers are left alone.
    func engine(settings: EngineSettings = EngineSettings(), only: Set<TransferID>? = nil) throws -> Engine {
        let clock = SystemClock()
        let parts = Engine.Parts(
            transport: { () throws(TransferError) in try CurlTransport(clock: clock) }, store: store,
            fileSystem: LocalFileSystem(), clock: clock, logger: logger, access: AWSAccess(clock: clock),
            version: Version.text)
        var random = SystemRandomNumberGenerator()
        return try Engine(parts, settings: settings, seed: random.next(), only: only)
    }

    /// Has an engine that starts no transfers carry out one command, so that offline and online it means the same.
    func carryOut(_ command: EngineCommand) throws -> EngineSnapshot {
        let engine = try engine(only: [])
        engine.send(command)
        let waiter = EngineWaiter(engine)
        _ = waiter.wait(until: { $0.commandsTaken >= 1 && $0.isIdle })
        engine.stop()
        return engine.snapshot()
    }
}
