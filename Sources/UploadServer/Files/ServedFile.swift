import Foundation
import Hummingbird

/// An open regular file. It is closed with the value.
final class ServedFile: Sendable {
    let version: FileVersion
    private let descriptor: Int32
    private let queue: DispatchQueue

    /// Takes over a descriptor; `nil` if it is not that of a regular file.
    init?(owning descriptor: Int32, queue: DispatchQueue) {
        guard let version = FileVersion(of: descriptor) else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        self.version = version
        self.queue = queue
    }

    deinit { close(descriptor) }

    /// Whether the file still is what it was when it was opened.
    var isUnchanged: Bool { FileVersion(of: descriptor) == version }

    /// Reads `count` bytes off the cooperative pool. Throws ``FileShrank`` if there are not so many.
    func read(at offset: Int64, count: Int) async throws -> ByteBuffer {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [descriptor] in
                continuation.resume(with: Result { try Self.read(descriptor, offset, count) })
            }
        }
    }

    private static func read(_ descriptor: Int32, _ offset: Int64, _ count: Int) throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        var done = 0
        while done < count {
            let wanted = count - done
            let got = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { target in
                max(0, pread(descriptor, target.baseAddress, wanted, off_t(offset) + off_t(done)))
            }
            guard got > 0 else { throw FileShrank() }
            done += got
        }
        return buffer
    }
}

/// A file that has become shorter, or unreadable, while it was served.
struct FileShrank: Error {}

/// The threads on which files are read. They are few, and each file stays on one.
final class FileWorkers: Sendable {
    private let queues = (0..<4).map { DispatchQueue(label: "carryon.served-files.\($0)") }

    func next() -> DispatchQueue { queues.randomElement()! }
}
