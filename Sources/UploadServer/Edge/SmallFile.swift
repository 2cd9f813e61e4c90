import Glibc

/// One version of a file that an operator wrote: tokens, a certificate, a key.
struct SmallFile {
    /// In bytes; a wrong path must not fill the memory.
    private static let largest = 1 << 20

    let bytes: [UInt8]
    let stamp: FileStamp

    /// Throws ``ServerSetupError``. `purpose` is what people call the file.
    init(_ path: String, purpose: String) throws {
        // O_NONBLOCK: opening a named pipe must not wait for a writer.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ServerSetupError("cannot read the \(purpose) \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ServerSetupError("cannot read the \(purpose) \(path): it is not a regular file")
        }
        stamp = FileStamp(status)
        var bytes = [UInt8](repeating: 0, count: Self.largest + 1)
        var count = 0
        while count < bytes.count {
            let step = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + count, $0.count - count) }
            if step == 0 { break }
            guard step > 0 else {
                throw ServerSetupError("cannot read the \(purpose) \(path): \(String(cString: strerror(errno)))")
            }
            count += step
        }
        guard count <= Self.largest else {
            throw ServerSetupError("cannot read the \(purpose) \(path): it is larger than \(Self.largest) bytes")
        }
        self.bytes = Array(bytes[..<count])
    }
}

/// What changes whenever a file is written or replaced.
struct FileStamp: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let times: [Int]
    private let mode: UInt32

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        times = [
            status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
        ]
        mode = UInt32(status.st_mode)
    }

    /// `nil` if there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Users who are neither the owner nor of its group may read it.
    var isReadableByOthers: Bool { mode & 0o004 != 0 }
}
