import Logging
import Synchronization

/// What there is of an upload beside its note in the ledger, when it ends without becoming a file.
protocol UploadRemains: Sendable {
    /// Removes what nobody would find any more after the note is made. If it throws, the upload goes on.
    func removeBeforeNote(of upload: UploadRecord) async throws

    /// Removes what is found again at the next start.
    func removeAfterNote(of upload: UploadRecord) async

    /// Tries again what failed after the note was made.
    func retry() async
}

/// Deletes the files of uploads that have ended, on a thread of its own: a huge file takes its time.
final class FileRemover: UploadRemains {
    private let storage: any ChunkStorage
    private let logger: Logger
    private let workers = Workers(name: "delete", count: 1)
    private let left = Mutex<Set<UploadID>>([])

    init(_ storage: any ChunkStorage, logger: Logger) {
        self.storage = storage
        self.logger = logger
    }

    func removeBeforeNote(of upload: UploadRecord) async throws {}

    /// A file without an upload is found and deleted at the next start.
    func removeAfterNote(of upload: UploadRecord) async { await remove(upload.id) }

    /// Deletes a file, or remembers it for ``retry()``. The next start finds it, too.
    func remove(_ id: UploadID) async {
        do {
            try await workers.run { [storage] in try storage.remove(id) }
        } catch {
            left.withLock { _ = $0.insert(id) }
            logger.error(
                "the file of an ended upload could not be deleted: it will be tried again",
                metadata: ["upload": "\(id)", "error": "\(error)"])
        }
    }

    func retry() async {
        let ids = left.withLock { left in
            defer { left = [] }
            return left
        }
        for id in ids { await remove(id) }
    }
}
