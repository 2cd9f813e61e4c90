import Dispatch
import Synchronization

/// A few threads for work that blocks: such work has no place on Swift's cooperative pool.
///
/// Work is begun in the order in which it comes, by whoever is free first: nothing small waits behind something large
/// while another thread is idle.
final class Workers: Sendable {
    private typealias Work = @Sendable () -> Void

    private struct State: Sendable {
        /// What has come, latest last.
        var incoming: [Work] = []
        /// What came before that, earliest last.
        var outgoing: [Work] = []
        var idle: [DispatchQueue]

        mutating func next() -> Work? {
            if outgoing.isEmpty {
                outgoing = incoming.reversed()
                incoming = []
            }
            return outgoing.popLast()
        }
    }

    private let state: Mutex<State>

    init(name: String, count: Int) {
        state = Mutex(State(idle: (0..<count).map { DispatchQueue(label: "carryon.\(name).\($0)") }))
    }

    /// Does something on one of the threads.
    func submit(_ work: @escaping @Sendable () -> Void) {
        let queue = state.withLock { state in
            state.incoming.append(work)
            return state.idle.popLast()
        }
        if let queue { queue.async { self.workOff(on: queue) } }
    }

    /// Does something on one of the threads, and waits for its result.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            submit { continuation.resume(with: Result { try work() }) }
        }
    }

    /// The same for work that may take long: whoever is cancelled does not wait for its end, and gets `nil`.
    func runUnlessCancelled<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value? {
        let (results, continuation) = AsyncStream<Result<Value, any Error>>.makeStream()
        submit {
            continuation.yield(Result { try work() })
            continuation.finish()
        }
        var iterator = results.makeAsyncIterator()
        return try await iterator.next()?.get()
    }

    private func workOff(on queue: DispatchQueue) {
        while true {
            let work = state.withLock { state in
                let next = state.next()
                if next == nil { state.idle.append(queue) }
                return next
            }
            guard let work else { return }
            work()
        }
    }
}
