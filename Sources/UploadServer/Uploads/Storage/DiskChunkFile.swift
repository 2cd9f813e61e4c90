import CLinux
import Glibc
import Synchronization
import TransferCore

/// The file of an upload on a local disk. It is closed with the value.
///
/// Large aligned writes go past the page cache: they cost a fraction of the processor time, and the data is on its way
/// to the disk at once, so that the sync before a commit is short. Everything else is written the usual way, and so is
/// all of it where the file system has no direct writes.
final class DiskChunkFile: ChunkFile {
    /// Blocks are reserved in windows of this size, in bytes: few calls, and few pieces on the disk.
    private static let windowSize: Int64 = 64 << 20
    private static let alignment = Int(ChunkPlan.alignment)

    private let descriptor: Int32
    /// The same file, opened for direct writes; -1 where that cannot be.
    private let direct: Int32
    private let isDirect: Atomic<Bool>
    private let size: Int64
    /// The windows that have blocks; `nil` where the file system does not reserve any.
    private let windows: Mutex<Set<Int64>?>

    /// Takes over a descriptor.
    init(owning descriptor: Int32) {
        self.descriptor = descriptor
        direct = Glibc.open("/proc/self/fd/\(descriptor)", O_WRONLY | O_CLOEXEC | carryon_o_direct)
        isDirect = Atomic(direct >= 0)
        size = FileVersion(of: descriptor)?.size ?? 0
        windows = Mutex([])
    }

    deinit {
        close(descriptor)
        if direct >= 0 { close(direct) }
    }

    func reserve(_ range: ByteRange) throws(StorageError) {
        guard !range.isEmpty else { return }
        let wanted = (range.start / Self.windowSize)...((range.end - 1) / Self.windowSize)
        let result = windows.withLock { windows -> Result<Void, StorageError> in
            for window in wanted where windows?.contains(window) == false {
                let start = window * Self.windowSize
                var outcome: Int32
                repeat {
                    outcome = carryon_fallocate_keeping_size(descriptor, start, min(Self.windowSize, size - start))
                } while outcome != 0 && errno == EINTR
                if outcome == 0 {
                    windows?.insert(window)
                } else if errno == EOPNOTSUPP || errno == ENOSYS {
                    windows = nil
                } else {
                    return .failure(.system("reserve room for a chunk"))
                }
            }
            return .success(())
        }
        try result.get()
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(StorageError) {
        guard let base = bytes.baseAddress else { return }
        var done = 0
        if isDirect.load(ordering: .relaxed), Int(offset) % Self.alignment == 0,
            Int(bitPattern: base) % Self.alignment == 0
        {
            let whole = bytes.count / Self.alignment * Self.alignment
            done = try write(base, whole, at: offset, to: direct)
        }
        _ = try write(base + done, bytes.count - done, at: offset + Int64(done), to: descriptor)
    }

    /// - Returns: How much was written: all of it, or less if the rest cannot be written directly.
    private func write(
        _ base: UnsafeRawPointer, _ count: Int, at offset: Int64, to target: Int32
    ) throws(StorageError) -> Int {
        var done = 0
        while done < count {
            let written = pwrite(target, base + done, count - done, off_t(offset) + off_t(done))
            if written > 0 {
                done += written
                // A short write may end anywhere; what follows has to start on a boundary again.
                if target == direct, done % Self.alignment != 0 { return done }
            } else if written < 0, errno == EINTR {
                continue
            } else if target == direct, errno == EINVAL || errno == EOPNOTSUPP {
                // No direct writes here after all.
                isDirect.store(false, ordering: .relaxed)
                return done
            } else {
                throw .system("write a chunk")
            }
        }
        return done
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(StorageError) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, base + done, buffer.count - done, off_t(offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                throw .system("read the file of an upload")
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    func sync() throws(StorageError) {
        guard fdatasync(descriptor) == 0 else { throw .system("sync the file of an upload") }
    }
}
