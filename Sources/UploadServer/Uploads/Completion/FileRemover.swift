import Logging
import Synchronization

/// Deletes the files of uploads that have ended, on a thread of its own: a huge file takes its time.
final class FileRemover: Sendable {
    private let storage: any ChunkStorage
    private let logger: Logger
    private let workers = Workers(name: "delete", count: 1)
    private let left = Mutex<Set<UploadID>>([])

    init(_ storage: any ChunkStorage, logger: Logger) {
        self.storage = storage
        self.logger = logger
    }

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

    /// Tries again to delete what could not be deleted.
    func retry() async {
        let ids = left.withLock { left in
            defer { left = [] }
            return left
        }
        for id in ids { await remove(id) }
    }
}
