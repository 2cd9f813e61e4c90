import CLinux
import Glibc
import TransferCore

/// What tells one version of a file from another.
struct FileVersion: Hashable, Sendable {
    let identity: InodeIdentity
    let size: Int64
    let modifiedSeconds: Int64
    let modifiedNanoseconds: Int64

    /// `nil` if the descriptor is not that of a regular file.
    init?(of descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status, birthTime: carryon_birth_time(descriptor, ""))
    }

    /// What lies in a folder under a name, whatever may be done with it.
    ///
    /// - Returns: `nil` if there is nothing of that name, or no regular file. Throws if that cannot be found out.
    static func find(_ name: String, in folder: Int32) throws(StorageError) -> FileVersion? {
        var status = stat()
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw .system("look at the file of an upload")
        }
        return FileVersion(status, birthTime: carryon_birth_time(folder, name))
    }

    private init?(_ status: stat, birthTime: Int64) {
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        identity = InodeIdentity(inode: UInt64(status.st_ino), birthTime: birthTime)
        size = Int64(status.st_size)
        modifiedSeconds = Int64(status.st_mtim.tv_sec)
        modifiedNanoseconds = Int64(status.st_mtim.tv_nsec)
    }

    /// A strong entity tag (RFC 9110 §8.8.3), opaque to clients.
    var entityTag: EntityTag {
        let parts = [
            identity.inode, UInt64(size), UInt64(bitPattern: modifiedSeconds), UInt64(modifiedNanoseconds),
        ]
        return EntityTag(opaque: "\"\(parts.map { String($0, radix: 16) }.joined(separator: "-"))\"", isWeak: false)
    }

    var lastModified: WallTime { WallTime(milliseconds: modifiedSeconds * 1000) }
}
