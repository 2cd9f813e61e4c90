import Logging
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

    /// Reconciles at once and then every minute, until the task is cancelled.
    func runEveryMinute() async {
        while !Task.isCancelled {
            do {
                try await run()
            } catch {
                logger.error("uploads could not be reconciled with the store", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(60))
        }
    }

    /// Asks about all uploads, or up to the first one for which there is no answer because the store is out of reach.
    func run() async throws {
        for upload in try await readers.run({ [ledger] in try ledger.unfinished(since: nil) })
        where upload.status != .inProgress {
            do {
                try await reconcile(upload)
            } catch {
                logger.warning(
                    "the store does not tell what became of an upload: it will be asked again",
                    metadata: ["upload": "\(upload.id)", "error": "\(error)"])
                if error.isOutage { return }
            }
            if Task.isCancelled { return }
        }
    }

    private func reconcile(_ listed: UploadRecord) async throws {
        let work = try await uploads.with(listed.id) { [self] upload, _ in
            upload.assembly == nil
                ? upload.assembly(orBegin: {
                    Assembly(.settlement) { [self] in
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
        case .creating: try await opener.find(upload, record)
        case .assembling: try await settler.settle(upload, record)
        case .inProgress, .complete, .aborted, .expired: break
        }
    }
}
