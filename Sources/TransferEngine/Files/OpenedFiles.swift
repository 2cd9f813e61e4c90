import Synchronization
import TransferCore

/// Files between the thread that opens them and the engine's thread, by transfer.
final class OpenedFiles<File: Sendable>: Sendable {
    private let files = Mutex<[TransferID: File]>([:])

    func put(_ file: File, of id: TransferID) {
        files.withLock { $0[id] = file }
    }

    func take(_ id: TransferID) -> File? {
        files.withLock { $0.removeValue(forKey: id) }
    }
}
