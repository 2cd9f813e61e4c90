import Glibc
import Hummingbird

/// An open regular file. It is closed with the value.
final class ServedFile: Sendable {
    let version: FileVersion
    private let descriptor: Int32
    private let workers: Workers

    /// Takes over a descriptor; `nil` if it is not that of a regular file.
    ///
    /// - Parameter workers: Those who read from it.
    init?(owning descriptor: Int32, workers: Workers) {
        guard let version = FileVersion(of: descriptor) else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        self.version = version
        self.workers = workers
    }

    deinit { close(descriptor) }

    /// Whether the file still is what it was when it was opened.
    var isUnchanged: Bool { FileVersion(of: descriptor) == version }

    /// Reads `count` bytes off the cooperative pool. Throws ``FileShrank`` if there are not so many.
    func read(at offset: Int64, count: Int) async throws -> ByteBuffer {
        try await workers.run { [self] in
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
                try readBlocking(UnsafeMutableRawBufferPointer(rebasing: target[..<count]), at: offset)
                return count
            }
            return buffer
        }
    }

    /// Fills a buffer. Blocks. Throws ``FileShrank`` if there are not so many bytes.
    func readBlocking(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileShrank() }
            done += count
        }
    }
}

/// A file that has become shorter, or unreadable, while it was served.
struct FileShrank: Error {}
