import CLinux
import Glibc

/// A descriptor that is readable once it was signalled, for `poll` (eventfd(2)).
final class EventDescriptor: Sendable {
    let descriptor: Int32

    init() {
        descriptor = carryon_eventfd()
        precondition(descriptor >= 0, "the system gives no event descriptor (\(errno))")
    }

    func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }

    deinit {
        close(descriptor)
    }
}
