import Logging
import Synchronization
import TransferCore

/// Brings the ledger in line with the store after a server has ended, however it ended; in the background, and again until
/// the store has answered for every upload.
final class StoreReconciliation: Sendable {
    private let uploads: OpenUploads
    private let ledger: any UploadLedger
    private let readers: Workers
    private let opener: StoreOpener
    private let settler: StoreSettler
    private let logger: Logger
    /// Looked for at the store without success: they begin when their clients come back.
    private let notFound = Mutex<Set<UploadID>>([])

    init(
        uploads: OpenUploads, ledger: any UploadLedger, readers: Workers, opener: StoreOpener, settler: StoreSettler,
        logger: Logger
    ) {
        self.uploads = uploads
        self.ledger = ledger
        self.readers = readers
        self.opener = opener
        self.settler = settler
        self.logger = logger
    }

    func run() async throws {
        for upload in try await readers.run({ [ledger] in try ledger.unfinished(since: nil) })
        where upload.status != .inProgress && !notFound.withLock({ $0.contains(upload.id) }) {
            do {
                try await reconcile(upload)
            } catch {
                logger.warning(
                    "the store does not tell what became of an upload: it will be asked again",
                    metadata: ["upload": "\(upload.id)", "error": "\(error)"])
            }
        }
    }

    private func reconcile(_ listed: UploadRecord) async throws {
        let work = try await uploads.with(listed.id) { [self] upload, _ in
            upload.assembly == nil
                ? upload.assembly(orBegin: {
                    Assembly(expected: nil) { [self] in
                        defer { upload.endAssembly() }
                        _ = try await uploads.with(upload.id) { try await reconcile($0, $1) }
                    }
                }) : nil
        }
        // Somebody is at it already otherwise. A server that ends does not wait for the store.
        while let work = work ?? nil, try await !work.wait(.seconds(1)), !Task.isCancelled {}
    }

    private func reconcile(_ upload: OpenUpload, _ record: UploadRecord) async throws {
        switch record.status {
        case .creating:
            try await opener.find(upload, record)
            if upload.record?.status == .creating { notFound.withLock { _ = $0.insert(upload.id) } }
        case .assembling: try await settler.settle(upload, record)
        case .inProgress, .complete, .aborted, .expired: break
        }
    }
}
