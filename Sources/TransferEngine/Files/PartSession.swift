import Synchronization
import TransferCore

/// An open part file and what was written to it: the way from written bytes to bookmarked ones.
///
/// Writers record, the committer takes what was recorded since last time, syncs the file and then makes it durable.
final class PartSession: Sendable {
    let transfer: TransferID
    let file: any PartFile
    let finalPath: String
    var partPath: String { finalPath + ".part" }
    let chunkSize: Int64
    /// `nil` while the size of the file is unknown.
    let size: Int64?
    /// Of an object whose parts are the chunks: what is known of the content that was written.
    let partDigests = PartDigests()

    private struct State {
        /// The written prefix of every chunk that is begun and not complete.
        var begun: [Int: ChunkBookmark] = [:]
        /// Recorded and not yet taken by the committer.
        var dirty: [Int: ChunkBookmark] = [:]
        var dirtyBytes: Int64 = 0
        var oldestDirty: Instant = .zero
        var progress: StoredProgress
        var hasFailed = false
    }

    private let state: Mutex<State>

    /// - Parameter bookmark: The chunks that were there already.
    init(
        transfer: TransferID, file: any PartFile, finalPath: String, chunkSize: Int64, size: Int64?,
        bookmark: [ChunkBookmark] = []
    ) {
        self.transfer = transfer
        self.file = file
        self.finalPath = finalPath
        self.chunkSize = chunkSize
        self.size = size
        var state = State(progress: StoredProgress(bytesDone: 0, chunksDone: 0))
        for chunk in bookmark {
            state.progress.bytesDone += chunk.bytes
            if Self.isComplete(chunk, chunkSize: chunkSize, size: size) {
                state.progress.chunksDone += 1
            } else {
                state.begun[chunk.index] = chunk
            }
        }
        self.state = Mutex(state)
    }

    /// The checksum of what is written of a chunk, if it is exactly `bytes` long; the start of an empty one otherwise.
    func checksum(of index: Int, bytes: Int64) -> UInt32? {
        guard bytes > 0 else { return 0 }
        return state.withLock { state in
            guard let begun = state.begun[index], begun.bytes == bytes else { return nil }
            return begun.checksum
        }
    }

    /// Notes that prefixes of chunks are written.
    ///
    /// - Returns: Whether the committer should look at its pacing again.
    func record(_ chunks: [ChunkBookmark], at now: Instant) -> Bool {
        state.withLock { state in
            // A sync that failed may have lost what was written just before, and a second one would not tell.
            guard !state.hasFailed else { return false }
            let wasClean = state.dirty.isEmpty
            let bytesBefore = state.dirtyBytes
            if wasClean { state.oldestDirty = now }
            for chunk in chunks {
                let before = state.begun[chunk.index]?.bytes ?? 0
                state.dirtyBytes += max(0, chunk.bytes - before)
                state.progress.bytesDone += chunk.bytes - before
                if Self.isComplete(chunk, chunkSize: chunkSize, size: size) {
                    state.begun[chunk.index] = nil
                    state.progress.chunksDone += 1
                } else {
                    state.begun[chunk.index] = chunk
                }
                state.dirty[chunk.index] = chunk
            }
            let hasCrossed = [CommitPacing.worthwhileBytes, CommitPacing.mostBytes].contains {
                bytesBefore < $0 && state.dirtyBytes >= $0
            }
            return (wasClean && !chunks.isEmpty) || hasCrossed
        }
    }

    /// How much waits for a commit, and since when.
    var backlog: (bytes: Int64, oldest: Instant)? {
        state.withLock { $0.dirty.isEmpty ? nil : ($0.dirtyBytes, $0.oldestDirty) }
    }

    /// Hands over what was recorded since the last call, in order of the chunks.
    func takeDirty() -> (chunks: [ChunkBookmark], progress: StoredProgress) {
        state.withLock { state in
            defer {
                state.dirty = [:]
                state.dirtyBytes = 0
            }
            return (state.dirty.values.sorted { $0.index < $1.index }, state.progress)
        }
    }

    /// Notes that writing or syncing failed; true only the first time. Nothing is recorded as done after that.
    func fail() -> Bool {
        state.withLock { state in
            defer { state.hasFailed = true }
            state.dirty = [:]
            state.dirtyBytes = 0
            return !state.hasFailed
        }
    }

    var hasFailed: Bool { state.withLock { $0.hasFailed } }

    private static func isComplete(_ chunk: ChunkBookmark, chunkSize: Int64, size: Int64?) -> Bool {
        let start = Int64(chunk.index) * chunkSize
        return chunk.bytes >= min(chunkSize, max(0, (size ?? .max) - start))
    }
}
