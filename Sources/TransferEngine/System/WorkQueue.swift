import Collections

/// Work in order on a thread of its own.
final class WorkQueue: Sendable {
    private struct State: Sendable {
        var jobs: Deque<@Sendable () -> Void> = []
        var isClosed = false
    }

    private let state = Condition(State())
    private let thread: OwnedThread

    init(name: String) {
        let state = self.state
        thread = OwnedThread(name: name) {
            while let job = Self.next(state) { job() }
        }
    }

    /// Appends a job.
    func submit(_ job: @escaping @Sendable () -> Void) {
        state.signal { $0.jobs.append(job) }
    }

    /// Does what was submitted, and ends.
    func finish() {
        state.signal { $0.isClosed = true }
        thread.join()
    }

    private static func next(_ state: Condition<State>) -> (@Sendable () -> Void)? {
        state.wait { state in
            if let job = state.jobs.popFirst() { return .done(job) }
            return state.isClosed ? .done(nil) : .wait
        }
    }
}
