import Synchronization

/// The work on completing one upload, which several requests may wait for.
final class Assembly: Sendable {
    /// The digest that the whole file must have; `nil` if there is none to compare with.
    let expected: ChunkDigest?
    private let task: Task<Void, any Error>

    init(expected: ChunkDigest?, _ work: @escaping @Sendable () async throws -> Void) {
        self.expected = expected
        task = Task(operation: work)
    }

    /// Waits for the end of the work, but no longer than `patience`.
    ///
    /// - Returns: Whether it has ended. Throws what it ended with.
    func wait(_ patience: Duration) async throws -> Bool {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Void, any Error>?, Never>) in
            let first = FirstOnly(continuation)
            let timer = Task {
                guard (try? await Task.sleep(for: patience)) != nil else { return }
                first.resume(nil)
            }
            Task {
                first.resume(await task.result)
                timer.cancel()
            }
        }
        try result?.get()
        return result != nil
    }

    /// Tells the work to stop.
    func cancel() { task.cancel() }

    /// Waits for the end of the work, whichever.
    func end() async { _ = await task.result }
}

/// Resumes a continuation once, however many try.
private final class FirstOnly<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Value, Never>?>

    init(_ continuation: CheckedContinuation<Value, Never>) {
        self.continuation = Mutex(continuation)
    }

    func resume(_ value: Value) {
        let continuation = self.continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        continuation?.resume(returning: value)
    }
}
