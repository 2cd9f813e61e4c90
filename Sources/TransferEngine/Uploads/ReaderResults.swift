import Synchronization
import TransferCore

/// Where the reading threads leave what the engine's thread is to go on with.
final class ReaderResults: Sendable {
    private struct State {
        var sources: [TransferID: UploadSource] = [:]
        var chunks: [(id: RequestID, result: Result<PreparedChunk, TransferError>)] = []
    }

    private let state = Mutex(State())

    func opened(_ id: TransferID, _ source: UploadSource) {
        state.withLock { $0.sources[id] = source }
    }

    func takeSource(of id: TransferID) -> UploadSource? {
        state.withLock { $0.sources.removeValue(forKey: id) }
    }

    func settled(_ id: RequestID, _ result: Result<PreparedChunk, TransferError>) {
        state.withLock { $0.chunks.append((id, result)) }
    }

    func takeChunks() -> [(id: RequestID, result: Result<PreparedChunk, TransferError>)] {
        state.withLock { state in
            defer { state.chunks = [] }
            return state.chunks
        }
    }
}
