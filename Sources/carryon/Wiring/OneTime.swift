import Dispatch
import Synchronization

/// A value that is handed from one thread to another, once.
final class OneTime<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let semaphore = DispatchSemaphore(value: 0)

    /// Only the first value counts.
    func settle(_ new: Value) {
        let isFirst = value.withLock { value in
            defer { value = value ?? new }
            return value == nil
        }
        if isFirst { semaphore.signal() }
    }

    func wait() -> Value {
        semaphore.wait()
        guard let value = value.withLock({ $0 }) else { preconditionFailure("signalled without a value") }
        return value
    }
}
