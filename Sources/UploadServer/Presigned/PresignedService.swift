import Hummingbird
import Logging
import TransferCore

/// Uploads whose bytes go straight to an object store: the data folder has nothing but the ledger.
final class PresignedService: ServerRoutes {
    private let folder: DataFolder
    private let ledger: any UploadLedger
    private let committer: ChunkCommitter
    private let uploadRoutes: UploadRoutes
    private let presignRoutes: PresignRoutes
    private let fileRoutes: StoreFileRoutes
    let reconciliation: StoreReconciliation
    private let ender: UploadEnder
    private let sightings: StoreSightings
    private let logger: Logger

    /// Opens the folder, or makes it. Blocks. Throws ``DataFolderError``.
    ///
    /// - Parameters:
    ///   - store: `nil` for the one that `target` names.
    ///   - patience: How long those who only ask how an upload stands wait for the store.
    init(
        folder path: String, settings: UploadSettings, target: ObjectStoreSettings, store: (any ObjectStore)? = nil,
        patience: Duration = .seconds(5), clock: any Clock = SystemClock(), logger: Logger
    ) throws {
        var settings = settings
        settings.largestFile = min(settings.largestFile, ChunkPlan.largestObject)
        let store = store ?? S3ObjectStore(target, clock: clock)
        let folder = try DataFolder(path)
        let ledger = try SQLiteLedger(path: "\(path)/server.db", logger: logger)
        try ledger.checkHome(target.location.bucket, endpoint: target.endpoint.name, folder: path)
        let readers = Workers(name: "read", count: 2)
        let committer = ChunkCommitter(ledger: ledger, clock: clock, logger: logger)
        let uploads = OpenUploads(ledger: ledger, readers: readers, takeoverAfter: settings.takeoverAfter)
        let settler = StoreSettler(
            uploads: uploads, ledger: ledger, committer: committer, readers: readers, store: store)
        let lost = LostUploads(ledger: ledger, readers: readers, store: store)
        let opener = StoreOpener(
            uploads: uploads, committer: committer, store: store, lost: lost, patience: settings.completePatience)
        let sightings = StoreSightings(settler: settler, store: store, clock: clock, patience: patience)
        let ender = UploadEnder(
            uploads: uploads, remains: StoreRemover(store: store, lost: lost, logger: logger), ledger: ledger,
            committer: committer,
            readers: readers, clock: clock, lifetime: settings.lifetime, memoryOfEnded: settings.memoryOfEnded,
            logger: logger)
        self.folder = folder
        self.ledger = ledger
        self.committer = committer
        self.ender = ender
        self.sightings = sightings
        self.logger = logger
        reconciliation = StoreReconciliation(
            uploads: uploads, ledger: ledger, readers: readers, opener: opener, settler: settler, logger: logger)
        uploadRoutes = UploadRoutes(
            uploads: uploads, ledger: ledger, readers: readers,
            registrar: UploadRegistrar(
                uploads: uploads, ender: ender, place: StorePlace(settings: target, store: store, opener: opener),
                ledger: ledger, committer: committer, readers: readers, settings: settings),
            completer: UploadCompleter(
                uploads: uploads,
                assembler: StoreAssembler(
                    ledger: ledger, committer: committer, readers: readers, store: store, settler: settler,
                    sightings: sightings),
                patience: settings.completePatience),
            ender: ender, clock: clock, settings: settings, sightings: sightings)
        presignRoutes = PresignRoutes(
            uploads: uploads, ledger: ledger, readers: readers, committer: committer, store: store,
            opener: opener, sightings: sightings, clock: clock, lifetime: settings.lifetime,
            validity: target.uploadValidity)
        fileRoutes = StoreFileRoutes(store: store, settings: target)
    }

    func addRoutes(to router: Router<ServerContext>) {
        uploadRoutes.add(to: router)
        presignRoutes.add(to: router)
        fileRoutes.add(to: router)
    }

    /// Asks the store what became of uploads that a crash has left open, and ends expired ones there, at once and then
    /// every minute, until the task is cancelled. Neither waits for the other.
    func run() async {
        async let reconciled: Void = reconciliation.runEveryMinute()
        await ender.sweepEveryMinute()
        await reconciled
    }

    /// Commits what is under way and closes the data folder. No request may come after it.
    func close() async {
        sightings.cancel()
        await uploadRoutes.uploads.cancelAssemblies()
        await committer.close()
        folder.release()
    }
}
