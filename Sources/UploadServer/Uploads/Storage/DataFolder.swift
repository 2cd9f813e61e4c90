import Glibc
import Synchronization

/// The folder that holds everything a server keeps. One server has it at a time, until it closes or ends.
final class DataFolder: Sendable {
    let path: String
    private let folder: OwnedDescriptor
    private let uploadsFolder: OwnedDescriptor
    private let lock: Mutex<OwnedDescriptor?>

    /// Opens the folder, and makes it for its owner alone if there is none. Throws ``DataFolderError``.
    init(_ path: String) throws {
        self.path = path
        let isNew = mkdir(path, 0o700) == 0
        guard isNew || errno == EEXIST else { throw DataFolderError.system("create the data folder \(path)") }
        guard let folder = OwnedDescriptor(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) else {
            throw DataFolderError.system("open the data folder \(path)")
        }
        if isNew { try Self.syncParent(of: folder, path) }
        lock = Mutex(try Self.lock(folder, path))
        _ = mkdirat(folder.number, "uploads", 0o700)
        let uploads = OwnedDescriptor(
            openat(folder.number, "uploads", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
        guard let uploads else { throw DataFolderError.system("open the folder \(path)/uploads") }
        guard fsync(folder.number) == 0 else { throw DataFolderError.system("sync the data folder \(path)") }
        self.folder = folder
        uploadsFolder = uploads
    }

    /// Also where a start has failed.
    deinit { release() }

    /// The folder itself.
    var descriptor: Int32 { folder.number }

    /// The folder in it that holds the files of uploads.
    var uploads: Int32 { uploadsFolder.number }

    /// Lets another server have the folder.
    func release() {
        lock.withLock { lock in
            // Closing it is not enough while a child that is being started has it, too.
            if let lock { flock(lock.number, LOCK_UN) }
            lock = nil
        }
    }

    /// A new folder is there after a power cut only if the one that it lies in is synced.
    private static func syncParent(of folder: OwnedDescriptor, _ path: String) throws {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        guard let parent = OwnedDescriptor(openat(folder.number, "..", flags)), fsync(parent.number) == 0 else {
            throw DataFolderError.system("sync the folder that \(path) lies in")
        }
    }

    private static func lock(_ folder: OwnedDescriptor, _ path: String) throws -> OwnedDescriptor {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        guard let lock = OwnedDescriptor(openat(folder.number, "server.lock", flags, 0o600)) else {
            throw DataFolderError.system("open \(path)/server.lock")
        }
        if flock(lock.number, LOCK_EX | LOCK_NB) == 0 { return lock }
        guard errno == EWOULDBLOCK else { throw DataFolderError.system("lock \(path)/server.lock") }
        throw DataFolderError("another server is using \(path): end it first, or name another folder")
    }
}
