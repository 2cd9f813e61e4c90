import Dispatch
import Synchronization

/// A few threads for work that blocks: such work has no place on Swift's cooperative pool.
final class Workers: Sendable {
    private let queues: [DispatchQueue]
    private let turn = Atomic(0)

    init(name: String, count: Int) {
        queues = (0..<count).map { DispatchQueue(label: "carryon.\(name).\($0)") }
    }

    /// Does something on one of the threads.
    func submit(_ work: @escaping @Sendable () -> Void) {
        let turn = turn.add(1, ordering: .relaxed).oldValue
        queues[Int(turn.magnitude % UInt(queues.count))].async(execute: work)
    }

    /// Does something on one of the threads, and waits for its result.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            submit { continuation.resume(with: Result { try work() }) }
        }
    }
}
