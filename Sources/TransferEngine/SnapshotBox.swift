import Synchronization
import TransferCore

/// Holds the newest picture for whoever wants to look; nobody waits for anybody.
final class SnapshotBox: Sendable {
    private let newest: Mutex<EngineSnapshot>
    private let event = EventDescriptor()

    init(_ first: EngineSnapshot) {
        newest = Mutex(first)
    }

    var changes: Int32 { event.descriptor }

    func put(_ snapshot: EngineSnapshot) {
        newest.withLock { $0 = snapshot }
        event.signal()
    }

    func get() -> EngineSnapshot {
        newest.withLock { $0 }
    }

    func acknowledge() {
        event.clear()
    }
}
