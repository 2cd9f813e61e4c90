import Synchronization

extension Task {
    /// What the task ends with; `nil` if that takes longer than `patience`. The task goes on then.
    func result(within patience: Duration) async -> Result<Success, Failure>? {
        await withCheckedContinuation { (continuation: CheckedContinuation<Result<Success, Failure>?, Never>) in
            let first = FirstOnly(continuation)
            let timer = Task<Void, Never> {
                guard (try? await Task<Never, Never>.sleep(for: patience)) != nil else { return }
                first.resume(nil)
            }
            Task<Void, Never> {
                first.resume(await self.result)
                timer.cancel()
            }
        }
    }
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
