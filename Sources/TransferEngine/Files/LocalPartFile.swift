import CLinux
import Glibc
import Synchronization
import SystemPackage
import TransferCore

/// An unfinished file on a local disk.
///
/// Large aligned writes go past the page cache: they cost a fraction of the processor time, and the data is on its way
/// to the disk at once, so that the sync before a commit is short. Everything else is written the usual way, and so is
/// all of it where the file system has no direct writes.
final class LocalPartFile: PartFile {
    /// Smaller files are not worth a second descriptor, in bytes.
    static let directThreshold: Int64 = 256 << 10

    let identity: FileIdentity
    let path: String
    private let descriptor: Int32
    /// The same file, opened for direct writes; -1 where that cannot be.
    private let direct: Atomic<Int32>
    private let linked: Atomic<Bool>

    var isLinked: Bool { linked.load(ordering: .acquiring) }

    /// Takes over a descriptor, but closes it only after it was made.
    init(descriptor: Int32, path: String, isLinked: Bool, isDirect: Bool) throws(TransferError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError.last("look at \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw TransferError(.partLost, "\(path) is not a plain file") }
        identity = FileIdentity(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), born: carryon_birth_time(descriptor, ""))
        self.descriptor = descriptor
        self.path = path
        linked = Atomic(isLinked)
        let second = isDirect ? open("/proc/self/fd/\(descriptor)", O_RDWR | O_CLOEXEC | carryon_o_direct) : -1
        direct = Atomic(second)
    }

    func link(at path: String) throws(TransferError) {
        let result = linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path, carryon_at_symlink_follow)
        guard result == 0 else {
            if errno == EEXIST { throw TransferError(.nameTaken, "there is a file \(path) already") }
            throw SystemError.last("create \(path)")
        }
        linked.store(true, ordering: .releasing)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(TransferError) {
        let alignment = Int(ChunkPlan.alignment)
        let isAligned =
            offset % ChunkPlan.alignment == 0 && UInt(bitPattern: bytes.baseAddress) % UInt(alignment) == 0
        var done = 0
        if isAligned, direct.load(ordering: .relaxed) >= 0 {
            let whole = bytes.count / alignment * alignment
            done = try writeDirectly(UnsafeRawBufferPointer(rebasing: bytes[..<whole]), at: offset)
        }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
        try writeAll(rest, at: offset + Int64(done), to: descriptor)
    }

    /// - Returns: How much was written: all of it, or less if it has to be done the usual way.
    private func writeDirectly(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(TransferError) -> Int {
        var done = 0
        while done < bytes.count {
            let target = direct.load(ordering: .relaxed)
            guard target >= 0 else { return done }
            let count = pwrite(target, bytes.baseAddress! + done, bytes.count - done, off_t(offset) + off_t(done))
            if count > 0 {
                done += count
                // A short write may end anywhere; what follows has to start on a boundary again.
                if done % Int(ChunkPlan.alignment) != 0 { return done }
            } else if count < 0, errno == EINTR {
                continue
            } else if count < 0, errno == EINVAL || errno == EOPNOTSUPP {
                // No direct writes here after all. The descriptor stays open until the file closes: others may be
                // writing through it.
                direct.store(-1 - target - 1, ordering: .relaxed)
            } else {
                throw SystemError.last("write to \(path)")
            }
        }
        return done
    }

    private func writeAll(
        _ bytes: UnsafeRawBufferPointer, at offset: Int64, to target: Int32
    ) throws(TransferError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(target, bytes.baseAddress! + done, bytes.count - done, off_t(offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError.last("write to \(path)")
            }
            done += count
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(TransferError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError.last("read \(path)")
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    func size() throws(TransferError) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError.last("look at \(path)") }
        return Int64(status.st_size)
    }

    func sync() throws(TransferError) {
        guard fdatasync(descriptor) == 0 else { throw SystemError.last("sync \(path)") }
    }

    /// Makes everything on this file's file system durable; false if that did not work.
    func syncFileSystem() -> Bool {
        carryon_syncfs(descriptor) == 0
    }

    func setSize(_ size: Int64) throws(TransferError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw SystemError.last("size \(path)") }
    }

    func close() {
        Glibc.close(descriptor)
        let second = direct.load(ordering: .relaxed)
        if second != -1 { Glibc.close(second >= 0 ? second : -second - 2) }
    }
}
