import Hummingbird
import Logging
import TransferCore

/// The uploads and files of one data folder.
final class UploadService: ServerRoutes {
    private let folder: DataFolder
    private let ledger: any UploadLedger
    private let committer: ChunkCommitter
    private let uploadRoutes: UploadRoutes
    private let chunkRoute: ChunkRoute
    private let fileRoutes: FileRoutes
    private let digests: FileDigestCache
    private let ender: UploadEnder
    private let logger: Logger

    /// Opens the folder, or makes it, and puts right what a crash has left. Blocks. Throws ``DataFolderError``.
    ///
    /// - Parameter faults: How the server misbehaves; `nil` for not at all.
    convenience init(
        folder path: String, settings: UploadSettings, clock: any Clock = SystemClock(), logger: Logger,
        faults: FaultPlan? = nil
    ) throws {
        let folder = try DataFolder(path)
        let files = try FinishedFiles(path)
        try self.init(
            folder: folder, files: files, ledger: SQLiteLedger(path: "\(path)/server.db", logger: logger),
            storage: DiskStorage(folder, files: files), settings: settings, clock: clock, logger: logger,
            faults: faults)
    }

    /// The same with ports of the caller's choice. Throws ``DataFolderError``.
    init(
        folder: DataFolder, files: FinishedFiles, ledger: any UploadLedger, storage: any ChunkStorage,
        settings: UploadSettings, clock: any Clock, logger: Logger, faults: FaultPlan?
    ) throws {
        try ledger.checkHome(nil, folder: folder.path)
        do {
            try Reconciliation(ledger: ledger, storage: storage, clock: clock, logger: logger).run()
        } catch {
            throw DataFolderError(reconciling: error)
        }
        let readers = Workers(name: "read", count: 2)
        let committer = ChunkCommitter(ledger: ledger, clock: clock, logger: logger)
        let uploads = OpenUploads(ledger: ledger, readers: readers, takeoverAfter: settings.takeoverAfter)
        let gauge = DiskGauge(storage, reserve: settings.reserve)
        let remover = FileRemover(storage, logger: logger)
        let ender = UploadEnder(
            uploads: uploads, remains: remover, ledger: ledger, committer: committer, readers: readers, clock: clock,
            lifetime: settings.lifetime, memoryOfEnded: settings.memoryOfEnded, logger: logger)
        self.folder = folder
        self.ledger = ledger
        self.committer = committer
        self.ender = ender
        self.logger = logger
        uploadRoutes = UploadRoutes(
            uploads: uploads, ledger: ledger, readers: readers,
            registrar: UploadRegistrar(
                uploads: uploads, ender: ender,
                place: FilePlace(
                    storage: storage, readers: readers, creators: Workers(name: "create", count: 2),
                    remover: remover, gauge: gauge, settings: settings),
                ledger: ledger, committer: committer, readers: readers, settings: settings),
            completer: UploadCompleter(
                uploads: uploads,
                assembler: FileAssembler(
                    ledger: ledger, storage: storage, committer: committer, readers: readers,
                    hashers: Workers(name: "hash", count: 2)),
                patience: settings.completePatience),
            ender: ender, clock: clock, settings: settings)
        chunkRoute = ChunkRoute(
            uploads: uploads, readers: readers,
            tools: ChunkTools(
                buffers: ChunkBuffers(memory: settings.memory, patience: settings.bufferPatience),
                workers: Workers(name: "write", count: 4), storage: storage, ledger: ledger,
                committer: committer),
            gauge: gauge, clock: clock, settings: settings, faults: faults.map(UploadFaults.init))
        digests = FileDigestCache()
        fileRoutes = FileRoutes(files: files, digests: digests, faults: faults) { name, owner, version in
            try? await readers.run { try ledger.digest(of: name, owner: owner, version: version) }
        }
    }

    func addRoutes(to router: Router<ServerContext>) {
        uploadRoutes.add(to: router)
        chunkRoute.add(to: router)
        fileRoutes.add(to: router)
    }

    /// Sweeps away expired uploads, at once and then every minute, until the task is cancelled.
    func run() async {
        await ender.sweepEveryMinute()
    }

    /// Commits what is under way and closes the data folder. No request may come after it.
    func close() async {
        digests.cancel()
        await uploadRoutes.uploads.cancelAssemblies()
        await committer.close()
        folder.release()
    }
}
