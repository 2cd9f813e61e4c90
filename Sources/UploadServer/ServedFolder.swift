import Foundation
import Hummingbird
import TransferCore

/// The folder whose files are served. A name is data: it is looked up in this folder and nowhere else.
final class ServedFolder: Sendable {
    private let descriptor: Int32
    private let workers = FileWorkers()

    init(_ path: String) throws {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code: TransferError.Code = errno == EACCES ? .permissionDenied : .folderMissing
            throw TransferError(code, "cannot open the folder \(path): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// Opens the regular file of that name; `nil` if there is none that may be served.
    func file(named name: String) -> ServedFile? {
        guard Self.isServable(name) else { return nil }
        // O_NONBLOCK: opening a named pipe must not wait for a writer.
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return nil }
        return ServedFile(owning: file, queue: workers.next())
    }

    /// Whether a name is one path component that may be served: no folder, no way out, nothing hidden.
    static func isServable(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 255 && !name.hasPrefix(".")
            && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
    }
}

/// An open regular file. It is closed with the value.
final class ServedFile: Sendable {
    let version: FileVersion
    private let descriptor: Int32
    private let queue: DispatchQueue

    /// Takes over a descriptor; `nil` if it is not that of a regular file.
    fileprivate init?(owning descriptor: Int32, queue: DispatchQueue) {
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
private final class FileWorkers: Sendable {
    private let queues = (0..<4).map { DispatchQueue(label: "carryon.served-files.\($0)") }

    func next() -> DispatchQueue { queues.randomElement()! }
}
