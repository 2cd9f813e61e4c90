import Synchronization
import TransferCore

/// Where the reading threads leave the chunks that they have read.
final class ReaderResults: Sendable {
    typealias Entry = (place: ChunkSupply.Place, result: Result<PreparedChunk, TransferError>)

    private let entries = Mutex<[Entry]>([])

    func add(_ place: ChunkSupply.Place, _ result: Result<PreparedChunk, TransferError>) {
        entries.withLock { $0.append((place, result)) }
    }

    func take() -> [Entry] {
        entries.withLock { entries in
            defer { entries = [] }
            return entries
        }
    }
}
