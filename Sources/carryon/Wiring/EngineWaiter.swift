import Glibc
import TransferCore

/// Waits for the engine to come to a state, without asking it over and over.
struct EngineWaiter {
    private let client: any EngineClient

    init(_ client: any EngineClient) {
        self.client = client
    }

    /// Returns the first picture for which `condition` holds.
    func wait(until condition: (EngineSnapshot) -> Bool) -> EngineSnapshot {
        while true {
            client.acknowledgeChanges()
            let snapshot = client.snapshot()
            if condition(snapshot) { return snapshot }
            var waiting = pollfd(fd: client.changes, events: Int16(POLLIN), revents: 0)
            poll(&waiting, 1, -1)
        }
    }
}
