import Crypto
import TransferCore
import TransferEngine

/// Reads local files to compare them.
enum FileReading {
    /// Read at a time, in bytes.
    private static let step: Int64 = 4 << 20

    /// The SHA-256 of a whole file in lowercase hex.
    static func sha256(of path: String) throws -> String {
        var hash = SHA256()
        try read(path) { file in
            try read(file, ByteRange(0, file.identity().size), path) { hash.update(bufferPointer: $0) }
        }
        return Hex.encode(hash.finalize())
    }

    /// Which file, and which content of it, stands under a path.
    static func identity(of path: String) throws -> SourceIdentity {
        try read(path) { try $0.identity() }
    }

    /// Opens a file for `body`.
    static func read<Value>(_ path: String, _ body: (any SourceFile) throws -> Value) throws -> Value {
        let file = try LocalFileSystem().openSource(path)
        defer { file.close() }
        return try body(file)
    }

    /// Hands over all bytes of a range, piece by piece.
    static func read(
        _ file: any SourceFile, _ range: ByteRange, _ path: String, _ take: (UnsafeRawBufferPointer) -> Void
    ) throws(TransferError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(min(step, range.length)), alignment: 4096)
        defer { buffer.deallocate() }
        var offset = range.start
        while offset < range.end {
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Int(min(step, range.end - offset))))
            let count = try file.read(into: piece, at: offset)
            guard count == piece.count else {
                throw TransferError(.sourceChanged, "\(path) became shorter while it was read")
            }
            take(UnsafeRawBufferPointer(piece))
            offset += Int64(count)
        }
    }
}
