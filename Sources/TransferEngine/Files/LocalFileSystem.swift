import CLinux
import Glibc
import SystemPackage
import TransferCore

/// The file system of the machine.
public struct LocalFileSystem: FileSystem {
    public init() {}

    public func createPart(at path: String, size: Int64?) throws(TransferError) -> any PartFile {
        let folder = Self.folder(of: path)
        if try identity(of: path) != nil {
            throw TransferError(.nameTaken, "there is a file \(path) already that is not ours")
        }
        var isLinked = false
        var descriptor = open(folder, O_RDWR | O_CLOEXEC | carryon_o_tmpfile, 0o644)
        if descriptor < 0, [EOPNOTSUPP, EISDIR, EINVAL, ENOENT].contains(errno) {
            // Not every file system has files without names.
            isLinked = true
            descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        }
        guard descriptor >= 0 else { throw SystemError.last("create \(path)") }
        do throws(TransferError) {
            if let size { try Self.reserve(size, descriptor, path) }
            return try LocalPartFile(
                descriptor: descriptor, path: path, isLinked: isLinked,
                isDirect: (size ?? .max) >= LocalPartFile.directThreshold)
        } catch {
            Glibc.close(descriptor)
            if isLinked { unlink(path) }
            throw error
        }
    }

    public func reopenPart(at path: String, identity: FileIdentity) throws(TransferError) -> any PartFile {
        let descriptor = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw TransferError(.partLost, "\(path) is gone") }
            if errno == ELOOP { throw TransferError(.partLost, "\(path) is a link now") }
            if errno == EISDIR { throw TransferError(.partLost, "\(path) is a folder now") }
            throw SystemError.last("open \(path)")
        }
        let file: LocalPartFile
        do throws(TransferError) {
            file = try LocalPartFile(descriptor: descriptor, path: path, isLinked: true, isDirect: true)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        guard file.identity == identity else {
            file.close()
            throw TransferError(.partLost, "\(path) is another file than before")
        }
        return file
    }

    public func openSource(_ path: String) throws(TransferError) -> any SourceFile {
        try LocalSourceFile(path)
    }

    public func identity(of path: String) throws(TransferError) -> FileIdentity? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw SystemError.last("look at \(path)")
        }
        return FileIdentity(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino),
            born: carryon_birth_time(carryon_at_fdcwd, path))
    }

    public func isPlainFile(_ path: String) throws(TransferError) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return false }
            throw SystemError.last("look at \(path)")
        }
        return status.st_mode & S_IFMT == S_IFREG
    }

    public func rename(_ path: String, to target: String, replacing: Bool) throws(TransferError) {
        var result = replacing ? Glibc.rename(path, target) : carryon_rename_noreplace(path, target)
        if result != 0, !replacing, errno == EINVAL || errno == ENOSYS {
            // A file system without that call: a second name is refused if there is one, and then the first goes.
            result = Glibc.link(path, target)
            if result == 0 { unlink(path) }
        }
        guard result == 0 else {
            if errno == EEXIST { throw TransferError(.nameTaken, "there is a file \(target) already") }
            throw SystemError.last("rename \(path) to \(target)")
        }
    }

    public func syncFolder(of path: String) throws(TransferError) {
        let folder = Self.folder(of: path)
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.last("open \(folder)") }
        defer { Glibc.close(descriptor) }
        // Some network file systems cannot sync a folder and say EINVAL; they have nothing to sync.
        if fsync(descriptor) != 0, errno != EINVAL { throw SystemError.last("sync \(folder)") }
    }

    public func remove(_ path: String) throws(TransferError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemError.last("delete \(path)") }
    }

    /// More files than this on one file system are synced with one call for all of it.
    private static let bulk = 8

    public func sync(_ files: [any PartFile]) -> [Int: TransferError] {
        var failures: [Int: TransferError] = [:]
        let groups = Dictionary(grouping: files.indices) { files[$0].identity.device }
        for indices in groups.values {
            if indices.count > Self.bulk, let file = files[indices[0]] as? LocalPartFile, file.syncFileSystem() {
                continue
            }
            for index in indices {
                do throws(TransferError) { try files[index].sync() } catch { failures[index] = error }
            }
        }
        return failures
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Takes the space now, so that a full disk is noticed before the work.
    private static func reserve(_ size: Int64, _ descriptor: Int32, _ path: String) throws(TransferError) {
        // Small files cost more to reserve than to write.
        guard size >= LocalPartFile.directThreshold else { return }
        if carryon_fallocate(descriptor, size) == 0 { return }
        guard errno == EOPNOTSUPP || errno == ENOSYS else {
            throw SystemError.last("reserve \(size) bytes for \(path)")
        }
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw SystemError.last("size \(path)") }
    }
}
