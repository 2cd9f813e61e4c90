import CLinux
import Glibc
import Synchronization

/// A thread of our own, for work that blocks: such work has no place on Swift's cooperative pool.
final class OwnedThread: Sendable {
    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    private let thread: Mutex<pthread_t?>

    /// Starts a thread. Its name shows in `top -H`; 15 bytes at most.
    init(name: String, _ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(name: name, run: run))
        let result = pthread_create(
            &thread, nil,
            { context in
                let body = Unmanaged<Body>.fromOpaque(context!).takeRetainedValue()
                carryon_name_thread(body.name)
                body.run()
                return nil
            }, body.toOpaque())
        precondition(result == 0, "the system gives no thread (\(result))")
        self.thread = Mutex(thread)
    }

    /// A thread that nobody has joined, and nobody can join any more, cleans up by itself.
    deinit {
        if let thread = thread.withLock({ $0 }) { pthread_detach(thread) }
    }

    /// Waits for the thread to end.
    func join() {
        let thread = self.thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let thread { pthread_join(thread, nil) }
    }
}
