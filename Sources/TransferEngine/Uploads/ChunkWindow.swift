import Synchronization
import TransferCore
import WireProtocols

/// The pieces of one chunk that are in memory.
///
/// A chunk that fits is read once, when it is hashed. Of a larger one the pieces behind the window are read again while
/// the chunk is sent; the server compares what arrives with the digest of the first reading.
final class ChunkWindow: Sendable {
    /// More buffers than this do not make it faster.
    static let largest = 8

    /// Of the chunk, in bytes.
    let length: Int64
    private let reader: SourceReader
    private let state: Mutex<State>

    private struct State {
        /// Buffers by the piece they hold.
        var pieces: [Int: PooledBuffer]
        /// The piece that is being read, into a buffer that is not in ``pieces`` meanwhile.
        var loading: Int?
        /// The piece that is being sent: this one and those behind it are wanted.
        var current = 0
        var failure: TransferError?
        /// The request is over: whoever still uses a buffer gives it back.
        var isReleased = false
    }

    /// - Parameter pieces: What was kept of the first reading.
    init(length: Int64, pieces: [Int: PooledBuffer], reader: SourceReader) {
        self.length = length
        self.reader = reader
        state = Mutex(State(pieces: pieces))
    }

    /// Why a piece could not be read.
    var failure: TransferError? { state.withLock { $0.failure } }

    /// Whether the byte at `offset` is in memory.
    func holds(_ offset: Int64) -> Bool {
        state.withLock { $0.pieces[reader.piece(at: offset)] != nil }
    }

    /// Copies what is in memory from `offset` on, up to the end of its piece. Returns how many bytes that were.
    func copy(from offset: Int64, to buffer: UnsafeMutableRawBufferPointer) -> Int {
        let piece = reader.piece(at: offset)
        return state.withLock { state in
            guard let held = state.pieces[piece] else { return 0 }
            let start = Int(offset - reader.start(of: piece))
            let count = min(buffer.count, held.bytes.count - start, Int(length - offset))
            let bytes = UnsafeRawBufferPointer(rebasing: held.bytes[start..<(start + count)])
            UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]).copyMemory(from: bytes)
            return count
        }
    }

    /// Has the missing pieces from `offset` on read, one after the other, into buffers whose pieces are not wanted.
    func loadAhead(of offset: Int64) {
        state.withLock { $0.current = reader.piece(at: offset) }
        loadNext()
    }

    /// The job is submitted under the lock: whatever comes after ``release()``, such as the end of the file, finds it
    /// in the queue.
    private func loadNext() {
        state.withLock { state in
            guard let job = takeJob(&state) else { return }
            reader.load(job.piece, length: length, into: job.buffer) { [self] in loaded(job.piece, job.buffer, $0) }
        }
    }

    private func takeJob(_ state: inout State) -> (piece: Int, buffer: PooledBuffer)? {
        guard state.loading == nil, state.failure == nil, !state.isReleased else { return nil }
        let end = min(reader.pieceCount(of: length), state.current + state.pieces.count)
        let wanted = state.current..<end
        guard let missing = wanted.first(where: { state.pieces[$0] == nil }),
            let unused = state.pieces.keys.first(where: { !wanted.contains($0) }),
            let buffer = state.pieces.removeValue(forKey: unused)
        else { return nil }
        state.loading = missing
        return (missing, buffer)
    }

    private func loaded(_ piece: Int, _ buffer: PooledBuffer, _ failure: TransferError?) {
        let isKept = state.withLock { state in
            state.loading = nil
            state.failure = state.failure ?? failure
            // What could not be read, or is of another file by now, is not to be sent.
            guard failure == nil, !state.isReleased else { return false }
            state.pieces[piece] = buffer
            return true
        }
        guard isKept else { return reader.pool.giveBack(buffer) }
        // A request that began again meanwhile waits for another piece than this one.
        loadNext()
    }

    /// The request is over: the buffers go back.
    func release() {
        let buffers = state.withLock { state in
            defer { state.pieces = [:] }
            state.isReleased = true
            return Array(state.pieces.values)
        }
        for buffer in buffers { reader.pool.giveBack(buffer) }
    }
}

/// A chunk that can be sent.
struct PreparedChunk: Sendable {
    var window: ChunkWindow
    var digests: ChunkDigests
}
