import Glibc
import SystemPackage
import TransferCore

/// A local file that is read to be uploaded.
final class LocalSourceFile: SourceFile {
    private let descriptor: Int32
    private let path: String
    private let device: UInt64
    private let inode: UInt64

    init(_ path: String) throws(TransferError) {
        self.path = path
        // O_NONBLOCK: opening a named pipe must not wait for a writer.
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.lastError("open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(descriptor)
            throw TransferError(.sourceMissing, "\(path) is not a plain file")
        }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    func identity() throws(TransferError) -> SourceIdentity {
        var status = stat()
        guard stat(path, &status) == 0 else { throw Self.lastError("look at", path) }
        // Or the bytes of one file would be sent in the name of another.
        guard UInt64(status.st_dev) == device, UInt64(status.st_ino) == inode else {
            throw TransferError(.sourceChanged, "\(path) is another file than before")
        }
        return SourceIdentity(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
            modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(TransferError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.lastError("read", path) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    func close() {
        Glibc.close(descriptor)
    }

    private static func lastError(_ what: String, _ path: String) -> TransferError {
        switch errno {
        case ENOENT, ENOTDIR: TransferError(.sourceMissing, "\(path) is gone")
        case EACCES, EPERM:
            TransferError(.sourceUnreadable, "cannot \(what) \(path): \(Errno(rawValue: errno).description)")
        default: SystemError.last("\(what) \(path)")
        }
    }
}
