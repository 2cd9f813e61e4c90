import CLinux
import Glibc

/// Signals as something to wait for together with other descriptors (signalfd(2)).
final class Signals {
    /// Those that end the program in good order.
    static let ending: [Int32] = [SIGINT, SIGTERM, SIGHUP]

    private let descriptor: Int32

    /// Blocks the ending signals, so that they arrive here only. Call it before any thread exists: a thread that was
    /// there would still be interrupted.
    init() {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in Self.ending { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = carryon_signalfd(&set)
        Self.ignoreBrokenPipes()
    }

    deinit {
        close(descriptor)
    }

    /// Writing to a pipe that nobody reads gives an error instead of ending the program.
    static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits until `other` is readable, a signal arrives, or the time is over.
    ///
    /// - Parameter timeout: In milliseconds; -1 for none.
    /// - Returns: The signal, if one has come.
    func wait(for other: Int32, timeout: Int32) -> Int32? {
        var waiting = [
            pollfd(fd: other, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        poll(&waiting, nfds_t(waiting.count), timeout)
        let signal = carryon_next_signal(descriptor)
        return signal == 0 ? nil : signal
    }
}
