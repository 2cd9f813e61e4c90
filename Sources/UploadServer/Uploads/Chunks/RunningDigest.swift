import Crypto

/// The SHA-256 of what has come so far of one chunk, and the file that it was written through.
///
/// One thread at a time has it: each piece is done with before the next one is read.
final class RunningDigest: @unchecked Sendable {
    private var hash = SHA256()
    var file: SharedFile?

    func update(_ bytes: UnsafeMutableRawBufferPointer, count: Int) {
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    }

    /// The digest so far.
    var value: ChunkDigest { ChunkDigest(hash.finalize()) }
}
