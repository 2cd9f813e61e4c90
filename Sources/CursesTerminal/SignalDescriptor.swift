import CNcurses
import Glibc

/// Signals as something to `poll`.
final class SignalDescriptor {
    let descriptor: Int32

    /// What ends or stops the program, and what changes its terminal.
    static let signals = [SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT]

    static var set: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }

    init() {
        var set = Self.set
        descriptor = signalfd(-1, &set, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK))
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The signals that came since the last call.
    func read() -> [Int32] {
        var signals: [Int32] = []
        var info = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        while Glibc.read(descriptor, &info, size) == size {
            signals.append(Int32(bitPattern: info.ssi_signo))
        }
        return signals
    }
}
