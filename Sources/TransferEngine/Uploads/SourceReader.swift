import Crypto
import TransferCore
import WireProtocols

/// Reads one chunk of a source, away from the engine's thread, and sees to it that the file is still the one whose
/// upload was begun.
final class SourceReader: Sendable {
    let pool: BufferPool
    private let source: UploadSource
    private let identity: SourceIdentity
    /// Where the chunk begins in the file, in bytes.
    private let chunkStart: Int64
    private let queue: WorkQueue
    /// Wakes the engine's thread.
    private let wake: @Sendable () -> Void

    init(
        source: UploadSource, identity: SourceIdentity, chunkStart: Int64, pool: BufferPool, queue: WorkQueue,
        wake: @escaping @Sendable () -> Void
    ) {
        self.pool = pool
        self.source = source
        self.identity = identity
        self.chunkStart = chunkStart
        self.queue = queue
        self.wake = wake
    }

    // MARK: Pieces, of the size of a buffer

    private var pieceSize: Int64 { Int64(pool.bufferSize) }

    /// The piece that holds the byte at `offset` of the chunk.
    func piece(at offset: Int64) -> Int { Int(offset / pieceSize) }

    /// Where a piece begins, in bytes from the start of the chunk.
    func start(of piece: Int) -> Int64 { Int64(piece) * pieceSize }

    /// The number of pieces of a chunk of `length` bytes.
    func pieceCount(of length: Int64) -> Int { Self.pieceCount(of: length, pieceSize: pieceSize) }

    static func pieceCount(of length: Int64, pieceSize: Int64) -> Int { Int((length + pieceSize - 1) / pieceSize) }

    // MARK: Reading

    /// Reads the whole chunk, computes its digests, and keeps as many of its pieces as there are buffers.
    ///
    /// - Parameter buffers: At least one; at least two if there are more pieces than buffers.
    /// - Parameter done: Called on another thread.
    func prepare(
        length: Int64, needsMD5: Bool, buffers: [PooledBuffer],
        done: @escaping @Sendable (Result<PreparedChunk, TransferError>) -> Void
    ) {
        queue.submit { [self] in
            do throws(TransferError) {
                try checkSource()
                var hash = SHA256()
                var md5: Insecure.MD5? = needsMD5 ? Insecure.MD5() : nil
                var pieces: [Int: PooledBuffer] = [:]
                for piece in 0..<pieceCount(of: length) {
                    // What does not fit passes through the last buffer.
                    let place = min(piece, buffers.count - 1)
                    let bytes = try read(piece, length, buffers[place])
                    hash.update(bufferPointer: bytes)
                    md5?.update(bufferPointer: bytes)
                    if place < piece { pieces[piece - 1] = nil }
                    pieces[piece] = buffers[place]
                }
                try checkSource()
                let window = ChunkWindow(length: length, pieces: pieces, reader: self)
                let digests = ChunkDigests(
                    sha256: Hex.encode(hash.finalize()), md5: md5.map { Hex.encode($0.finalize()) })
                done(.success(PreparedChunk(window: window, digests: digests)))
            } catch {
                for buffer in buffers { pool.giveBack(buffer) }
                done(.failure(error))
            }
        }
    }

    /// Reads one piece again.
    ///
    /// - Parameter done: Called on another thread, with what went wrong.
    func load(
        _ piece: Int, length: Int64, into buffer: PooledBuffer, done: @escaping @Sendable (TransferError?) -> Void
    ) {
        queue.submit { [self] in
            do throws(TransferError) {
                _ = try read(piece, length, buffer)
                try checkSource()
                done(nil)
            } catch {
                done(error)
            }
            wake()
        }
    }

    private func read(
        _ piece: Int, _ length: Int64, _ buffer: PooledBuffer
    ) throws(TransferError) -> UnsafeRawBufferPointer {
        let offset = start(of: piece)
        let count = Int(min(pieceSize, length - offset))
        let target = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<count])
        guard try source.file.read(into: target, at: chunkStart + offset) == count else { throw changed }
        return UnsafeRawBufferPointer(target)
    }

    private func checkSource() throws(TransferError) {
        guard try source.file.identity() == identity else { throw changed }
    }

    private var changed: TransferError {
        TransferError(.sourceChanged, "\(source.path) has changed since its upload began")
    }
}

/// The open file of an upload.
struct UploadSource: Sendable {
    var file: any SourceFile
    var path: String
}
