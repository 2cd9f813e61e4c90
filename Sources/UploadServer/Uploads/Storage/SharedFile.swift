import Synchronization
import TransferCore

/// An open file, and whether it can still be trusted.
///
/// After a failed sync the system may have dropped what was written, and a second sync would succeed all the same. So a
/// file that failed once is never synced again; who still writes through it fails, and the next chunk opens it anew.
final class SharedFile: Sendable {
    private let file: any ChunkFile
    private let failure = Mutex<StorageError?>(nil)

    init(_ file: any ChunkFile) {
        self.file = file
    }

    var isBroken: Bool { failure.withLock { $0 != nil } }

    func reserve(_ range: ByteRange) throws(StorageError) {
        try file.reserve(range)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(StorageError) {
        try file.write(bytes, at: offset)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(StorageError) -> Int {
        try file.read(into: buffer, at: offset)
    }

    func sync() throws(StorageError) {
        if let failure = failure.withLock({ $0 }) { throw failure }
        do {
            try file.sync()
        } catch {
            failure.withLock { $0 = error }
            throw error
        }
    }
}
