import Synchronization
import TestSupport
import TransferCore

@testable import TransferEngine

/// A file in a folder of its own, and few small buffers to read it with.
struct ReaderBench {
    static let pieceSize: Int64 = 4096
    let folder: TemporaryFolder
    let pattern: PatternFile
    let pool: BufferPool
    let queue = WorkQueue(name: "read")
    private let file: any SourceFile
    private let identity: SourceIdentity
    private let bufferCount: Int

    init(size: Int64, buffers: Int) throws {
        folder = try TemporaryFolder()
        pattern = PatternFile(seed: 3, size: size)
        try folder.write(pattern, to: "source")
        pool = BufferPool(count: buffers, bufferSize: Int(Self.pieceSize)) {}
        bufferCount = buffers
        file = try LocalFileSystem().openSource(folder.path("source"))
        identity = try file.identity()
    }

    /// Ends the thread and closes the file.
    func finish() {
        queue.finish()
        file.close()
    }

    /// Whether nobody keeps a buffer.
    var isEveryBufferBack: Bool {
        let free = pool.take(least: 0, most: bufferCount)
        for buffer in free { pool.giveBack(buffer) }
        return free.count == bufferCount
    }

    /// Reads a chunk for the first time, into as many buffers as it can use.
    func prepare(_ range: Range<Int64>) throws -> PreparedChunk {
        let reader = SourceReader(
            source: UploadSource(file: file, path: folder.path("source")), identity: identity,
            chunkStart: range.lowerBound, pool: pool, queue: queue, wake: {})
        let outcome = Outcome()
        let length = Int64(range.count)
        let buffers = pool.take(least: 1, most: min(bufferCount, reader.pieceCount(of: length)))
        reader.prepare(length: length, needsMD5: false, buffers: buffers) { outcome.settle($0) }
        try eventuallyBlocking("the chunk is read") { outcome.result != nil }
        return try outcome.result!.get()
    }

    private final class Outcome: Sendable {
        private let state = Mutex<Result<PreparedChunk, TransferError>?>(nil)

        var result: Result<PreparedChunk, TransferError>? { state.withLock { $0 } }

        func settle(_ result: Result<PreparedChunk, TransferError>) { state.withLock { $0 = result } }
    }
}

extension ChunkBody {
    /// Hands everything from `offset` up to `end` over, as a transport does, in steps that are no multiple of a piece;
    /// fewer bytes if the body stops.
    func drain(from offset: Int64 = 0, to end: Int64) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1000)
        while offset + Int64(bytes.count) < end {
            let wanted = min(buffer.count, Int(end - offset) - bytes.count)
            let outcome = buffer.withUnsafeMutableBytes {
                read(into: UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]), at: offset + Int64(bytes.count))
            }
            switch outcome {
            case .bytes(let count): bytes += buffer[..<count]
            case .pause: try eventuallyBlocking("the body can go on") { isReady }
            case .stop: return bytes
            }
        }
        return bytes
    }
}
