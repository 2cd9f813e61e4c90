import Crypto
import Synchronization
import TransferCore

/// Bookmarks of an answer that is believed only when it has come to its end: because it carries a digest of itself, or
/// because it does not say how long it is.
final class HeldBookmarks: Sendable {
    private struct State {
        var expected: String?
        var hasher = SHA256()
        var bookmarks: [ChunkBookmark] = []
    }

    private let state = Mutex(State())

    /// - Parameter digest: SHA-256 of the whole answer in lowercase hex, if it came with one.
    func begin(digest: String?) {
        state.withLock { $0 = State(expected: digest) }
    }

    /// Adds bytes that were written, in order, and the chunks they belong to.
    func add(_ bytes: UnsafeRawBufferPointer, _ bookmarks: [ChunkBookmark]) {
        state.withLock { state in
            if state.expected != nil { state.hasher.update(bufferPointer: bytes) }
            state.bookmarks += bookmarks
        }
    }

    /// Gives the bookmarks out, if the answer is complete and matches.
    func end(isComplete: Bool) -> Result<[ChunkBookmark], TransferError> {
        state.withLock { state in
            guard isComplete else {
                return .failure(TransferError(.shortBody, "the answer is not complete"))
            }
            if let expected = state.expected, Hex.encode(state.hasher.finalize()) != expected {
                return .failure(
                    TransferError(.digestMismatchOfChunk, "SHA-256 mismatch with what the server announced"))
            }
            return .success(state.bookmarks)
        }
    }
}
