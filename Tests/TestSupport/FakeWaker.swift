import Dispatch
import Synchronization
import TransferCore

/// Wakes a ``FakeTransport``. Any number of wake-ups before a wait are one.
final class FakeWaker: Waker {
    private let isWoken = Mutex(false)
    private let semaphore = DispatchSemaphore(value: 0)

    func wake() {
        isWoken.withLock { isWoken in
            if !isWoken { semaphore.signal() }
            isWoken = true
        }
    }

    /// Waits so long in real time (`nil`: for ever); whether somebody woke it.
    @discardableResult
    func wait(_ timeout: Duration?) -> Bool {
        let limit = timeout.map { DispatchTime.now() + .nanoseconds(Int(max(0, $0.nanoseconds))) }
        guard semaphore.wait(timeout: limit ?? .distantFuture) == .success else { return false }
        isWoken.withLock { $0 = false }
        return true
    }
}
