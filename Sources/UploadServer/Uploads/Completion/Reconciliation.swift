import Logging
import TransferCore

/// Brings ledger and files in line after a server has ended, however it ended.
///
/// A crash may fall between any two steps; what the ledger says decides, and a file is what its inode says. Nothing is
/// deleted but files that no upload has ever been told of.
struct Reconciliation {
    let ledger: any UploadLedger
    let storage: any ChunkStorage
    let clock: any Clock
    let logger: Logger

    /// Carries it out. Nothing else may be going on. Blocks.
    func run() throws {
        for upload in try ledger.unfinished(since: nil) { try reconcile(upload) }
        let known = try ledger.unfinishedIDs()
        for name in try storage.names() where !known.contains(name) {
            do {
                try storage.removeStray(name)
            } catch {
                // It costs nothing but its room.
                logger.warning(
                    "a stray file stays", metadata: ["file": "uploads/\(name)", "error": "\(error.sentence)"])
            }
        }
    }

    private func reconcile(_ upload: UploadRecord) throws {
        let identity = try storage.identity(of: upload.id, size: upload.plan.size)
        if let identity, identity.matches(upload.file) {
            guard upload.status == .assembling else { return }
            // The crash came before the file had its name: the client asks again.
            try ledger.abandonAssembly(of: upload.key, at: clock.wallTime())
        } else if upload.receivedCount == upload.plan.count, let version = try storage.published(upload) {
            let digest = try ledger.settledDigest(of: upload)
            try ledger.complete(upload.key, sha256: digest, version: version, at: clock.wallTime())
        } else {
            try replaceFile(of: upload)
        }
    }

    private func replaceFile(of upload: UploadRecord) throws {
        var metadata: Logger.Metadata = ["upload": "\(upload.id)"]
        if let place = try storage.setAside(upload.id) { metadata["other"] = "\(place)" }
        logger.warning("the file of an upload was lost: it starts over", metadata: metadata)
        try ledger.restart(upload.key, with: try storage.create(upload.id, size: upload.plan.size))
    }
}

extension UploadLedger {
    /// The digest of the whole file, once it has its name: it got that only after a digest, if there was one to
    /// compare with, had been found right.
    func settledDigest(of upload: UploadRecord) throws -> ChunkDigest? {
        switch upload.plan.count {
        case 0: .ofEmpty
        case 1: try chunk(0, of: upload.key)
        default: upload.sha256
        }
    }
}
