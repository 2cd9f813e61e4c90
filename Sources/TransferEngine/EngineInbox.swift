import Synchronization
import TransferCore

/// Where other threads leave events for the engine's thread.
final class EngineInbox: Sendable {
    private let events = Mutex<[Event]>([])
    private let waker = Mutex<(any Waker)?>(nil)

    /// Leaves events, in order, and wakes the engine.
    func post(_ new: [Event]) {
        let wasEmpty = events.withLock { events in
            defer { events += new }
            return events.isEmpty
        }
        if wasEmpty { wake() }
    }

    /// Takes everything that was left.
    func drain() -> [Event] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }

    func wake() {
        waker.withLock { $0?.wake() }
    }

    /// From now on `waker` is woken; `nil` ends that.
    func connect(_ waker: (any Waker)?) {
        self.waker.withLock { $0 = waker }
    }
}
