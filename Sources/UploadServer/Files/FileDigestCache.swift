import Crypto
import Foundation
import Synchronization
import TransferCore

/// SHA-256 of served files and of parts of them, off the threads of the network.
///
/// The digest of a whole file is computed once per version, however many ask at the same time.
final class FileDigestCache: Sendable {
    private struct State {
        var digests: [FileVersion: Task<ChunkDigest?, Never>] = [:]
        /// Oldest first.
        var order: [FileVersion] = []
    }

    private static let pieceSize: Int64 = 1 << 20
    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int = 1024) {
        self.capacity = capacity
    }

    /// The digest of the whole file; `nil` if the file changed meanwhile.
    func wholeDigest(of file: ServedFile) async -> ChunkDigest? {
        let task = state.withLock { state in
            if let known = state.digests[file.version] { return known }
            let task = Task { () -> ChunkDigest? in
                let digest = try? await Self.digest(of: file, ByteRange(0, file.version.size))
                return file.isUnchanged ? digest : nil
            }
            state.digests[file.version] = task
            state.order.append(file.version)
            if state.order.count > capacity { state.digests[state.order.removeFirst()] = nil }
            return task
        }
        let digest = await task.value
        if digest == nil { forget(file.version) }
        return digest
    }

    /// Ends all computations.
    func cancel() {
        state.withLock { state in
            for task in state.digests.values { task.cancel() }
        }
    }

    /// The digest of a part of the file, computed each time.
    static func digest(of file: ServedFile, _ range: ByteRange) async throws -> ChunkDigest {
        var hash = SHA256()
        var offset = range.start
        while offset < range.end {
            try Task.checkCancellation()
            let count = min(pieceSize, range.end - offset)
            let piece = try await file.read(at: offset, count: Int(count))
            piece.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
            offset += count
        }
        return ChunkDigest(hash.finalize())
    }

    private func forget(_ version: FileVersion) {
        state.withLock { state in
            state.digests[version] = nil
            state.order.removeAll { $0 == version }
        }
    }
}

extension ChunkDigest {
    /// As the value of a digest field (RFC 9530 §2).
    var fieldValue: String { "sha-256=:\(Data(bytes).base64EncodedString()):" }
}
