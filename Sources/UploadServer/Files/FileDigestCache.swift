import Crypto
import Foundation
import Synchronization
import TransferCore

/// SHA-256 of served files and of parts of them, on threads of its own.
///
/// The digest of a whole file is computed once per version, however many ask at the same time, and given up when all of
/// them have left.
final class FileDigestCache: Sendable {
    private struct Computation: Sendable {
        var task: Task<ChunkDigest?, Never>
        var isUnwanted: CancellationFlag
        var waiting = 0
    }

    private struct State {
        var running: [FileVersion: Computation] = [:]
        var digests: [FileVersion: ChunkDigest] = [:]
        /// The keys of `digests`, oldest first.
        var order: [FileVersion] = []
    }

    private static let pieceSize: Int64 = 1 << 20
    private let capacity: Int
    private let workers = Workers(name: "digest", count: 2)
    private let state = Mutex(State())

    init(capacity: Int = 1024) {
        self.capacity = capacity
    }

    /// The digest of the whole file; `nil` if the file changed meanwhile, or if the task was cancelled.
    func wholeDigest(of file: ServedFile) async -> ChunkDigest? {
        let version = file.version
        let task = state.withLock { state -> Task<ChunkDigest?, Never> in
            if let known = state.digests[version] { return Task { known } }
            var computation = state.running[version] ?? begin(file)
            computation.waiting += 1
            state.running[version] = computation
            return computation.task
        }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            leave(task, version)
        }
    }

    /// Ends all computations.
    func cancel() {
        for computation in state.withLock({ Array($0.running.values) }) { computation.isUnwanted.set() }
    }

    /// The digest of a part of the file, computed each time. Throws `CancellationError` if the task is cancelled.
    func digest(of file: ServedFile, _ range: ByteRange) async throws -> ChunkDigest {
        let isUnwanted = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await workers.run { try Self.digest(of: file, range, isUnwanted) }
        } onCancel: {
            isUnwanted.set()
        }
    }

    private func begin(_ file: ServedFile) -> Computation {
        let isUnwanted = CancellationFlag()
        let task = Task { () -> ChunkDigest? in
            let digest = try? await workers.run {
                let digest = try Self.digest(of: file, ByteRange(0, file.version.size), isUnwanted)
                return file.isUnchanged ? digest : nil
            }
            return end(file.version, isUnwanted, digest ?? nil)
        }
        return Computation(task: task, isUnwanted: isUnwanted)
    }

    private func end(_ version: FileVersion, _ flag: CancellationFlag, _ digest: ChunkDigest?) -> ChunkDigest? {
        state.withLock { state in
            // It may have been given up, and begun anew.
            guard state.running[version]?.isUnwanted === flag else { return digest }
            state.running[version] = nil
            guard let digest else { return nil }
            state.digests[version] = digest
            state.order.append(version)
            if state.order.count > capacity { state.digests[state.order.removeFirst()] = nil }
            return digest
        }
    }

    private func leave(_ task: Task<ChunkDigest?, Never>, _ version: FileVersion) {
        state.withLock { state in
            guard var computation = state.running[version], computation.task == task else { return }
            computation.waiting -= 1
            state.running[version] = computation.waiting == 0 ? nil : computation
            if computation.waiting == 0 { computation.isUnwanted.set() }
        }
    }

    private static func digest(
        of file: ServedFile, _ range: ByteRange, _ isUnwanted: CancellationFlag
    ) throws -> ChunkDigest {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(pieceSize), alignment: 4096)
        defer { buffer.deallocate() }
        var hash = SHA256()
        var offset = range.start
        while offset < range.end {
            if isUnwanted.isSet { throw CancellationError() }
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(pieceSize, range.end - offset))])
            try file.readBlocking(piece, at: offset)
            hash.update(bufferPointer: UnsafeRawBufferPointer(piece))
            offset += Int64(piece.count)
        }
        return ChunkDigest(hash.finalize())
    }
}

extension ChunkDigest {
    /// As the value of a digest field (RFC 9530 §2).
    var fieldValue: String { "sha-256=:\(Data(bytes).base64EncodedString()):" }
}
