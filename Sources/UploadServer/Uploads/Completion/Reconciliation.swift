import Logging
import TransferCore

/// Brings ledger and files in line after a server has ended, however it ended.
///
/// A crash may fall between any two steps; what the ledger says decides, and a file is what its inode says.
struct Reconciliation {
    let ledger: any UploadLedger
    let storage: any ChunkStorage
    let clock: any Clock
    let logger: Logger

    /// Carries it out. Nothing else may be going on. Blocks.
    func run() throws {
        var known: Set<String> = []
        for upload in try ledger.unfinished(since: nil) {
            if upload.status == .assembling, try resolve(upload) { continue }
            if storage.identity(of: upload.id, size: upload.plan.size) != upload.file { try replaceFile(of: upload) }
            known.insert(upload.id.description)
        }
        for name in try storage.names() where !known.contains(name) { try storage.removeStray(name) }
    }

    /// - Returns: Whether the upload is complete.
    private func resolve(_ upload: UploadRecord) throws -> Bool {
        let version = storage.published(upload.name, of: upload.owner)
        guard let version, version.identity == upload.file else {
            // The crash came before the file had its name: the client asks again.
            try ledger.setStatus(.inProgress, of: upload.key, at: clock.wallTime())
            return false
        }
        // It got its name only after a digest, if there was one, had been compared.
        var digest = upload.sha256
        if upload.plan.count == 0 { digest = .ofEmpty }
        if upload.plan.count == 1 { digest = try ledger.chunk(0, of: upload.key) }
        try ledger.complete(upload.key, sha256: digest, version: version, at: clock.wallTime())
        return true
    }

    private func replaceFile(of upload: UploadRecord) throws {
        logger.warning("the file of an upload was lost: it starts over", metadata: ["upload": "\(upload.id)"])
        try storage.remove(upload.id)
        try ledger.restart(upload.key, with: try storage.create(upload.id, size: upload.plan.size))
    }
}
