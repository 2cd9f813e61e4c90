import Synchronization

/// Counts the requests that are being answered, and knows whether further ones are wanted.
final class ServerDrain: Sendable {
    private struct State {
        var isStopping = false
        var running = 0
        var hasGivenUp = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// From now on requests are refused.
    func begin() { state.withLock { $0.isStopping = true } }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    func requestBegan() { state.withLock { $0.running += 1 } }

    func requestsEnded(_ count: Int = 1) {
        change { $0.running -= count }
    }

    /// Returns once no request is being answered, or after `longest`, or when the task is cancelled. Only once.
    ///
    /// - Returns: Whether no request is being answered.
    func untilIdle(longest: Duration) async -> Bool {
        await withDiscardingTaskGroup { group in
            group.addTask {
                try? await Task.sleep(for: longest)
                self.change { $0.hasGivenUp = true }
            }
            await withCheckedContinuation { continuation in change { $0.waiting = continuation } }
            group.cancelAll()
        }
        return state.withLock { $0.running == 0 }
    }

    private func change(_ body: (inout State) -> Void) {
        let resumed = state.withLock { state -> CheckedContinuation<Void, Never>? in
            body(&state)
            guard state.running == 0 || state.hasGivenUp else { return nil }
            defer { state.waiting = nil }
            return state.waiting
        }
        resumed?.resume()
    }
}
