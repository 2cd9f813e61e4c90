import Glibc
import TransferCore

/// What tells one version of a file from another.
struct FileVersion: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let modifiedSeconds: Int64
    let modifiedNanoseconds: Int64

    /// `nil` if the descriptor is not that of a regular file.
    init?(of descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modifiedSeconds = Int64(status.st_mtim.tv_sec)
        modifiedNanoseconds = Int64(status.st_mtim.tv_nsec)
    }

    /// A strong entity tag (RFC 9110 §8.8.3), opaque to clients.
    var entityTag: EntityTag {
        let parts = [device, inode, UInt64(size), UInt64(bitPattern: modifiedSeconds), UInt64(modifiedNanoseconds)]
        return EntityTag(opaque: "\"\(parts.map { String($0, radix: 16) }.joined(separator: "-"))\"", isWeak: false)
    }

    var identity: InodeIdentity { InodeIdentity(device: device, inode: inode) }

    var lastModified: WallTime { WallTime(milliseconds: modifiedSeconds * 1000) }
}
