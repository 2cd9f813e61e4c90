import CNcurses
import Glibc

/// Gives the terminal back when nobody else can any more: at exit and in a crash.
///
/// A crash handler may use nothing but a few system calls, so all that it needs is prepared beforehand.
enum EmergencyRestore {
    /// From now on the terminal needs to be given back.
    ///
    /// - Parameter undo: What is to be sent besides the usual.
    static func arm(descriptor: Int32, modes: termios, undo: [UInt8]) {
        let bytes =
            undo + ReportingModes.off
            + ["sgr0", "rmkx", "cnorm", "rmcup"].compactMap(Capability.string).joined()
        let record = UnsafeMutablePointer<Record>.allocate(capacity: 1)
        let text = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count)
        text.initialize(from: bytes, count: bytes.count)
        record.initialize(to: Record(descriptor: descriptor, modes: modes, text: text, count: bytes.count))
        replace(record)
        installHandlers()
    }

    /// The terminal has been given back.
    static func disarm() {
        replace(nil)
    }

    fileprivate struct Record {
        let descriptor: Int32
        var modes: termios
        let text: UnsafeMutablePointer<UInt8>
        let count: Int
    }

    private static func replace(_ new: UnsafeMutablePointer<Record>?) {
        let old = emergencyRecord
        emergencyRecord = new
        old?.pointee.text.deallocate()
        old?.deallocate()
    }

    private static func installHandlers() {
        guard !areHandlersInstalled else { return }
        areHandlersInstalled = true
        atexit { giveBackTerminal() }
        useAlternateStack()
        for signal in [SIGSEGV, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGABRT, SIGQUIT] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { signal in
                giveBackTerminal()
                // The system ends the program. The interactive backtrace printer of the Swift runtime, which was
                // there before, would ask for keys on a terminal that a person wants back.
                Glibc.signal(signal, SIG_DFL)
                raise(signal)
            }
            action.sa_flags = SA_ONSTACK
            sigaction(signal, &action, nil)
        }
    }

    /// An overflow of the stack leaves no room on it for a handler.
    private static func useAlternateStack() {
        var current = stack_t()
        guard sigaltstack(nil, &current) == 0, current.ss_flags & Int32(SS_DISABLE) != 0
        else { return }
        let size = 64 << 10
        var stack = stack_t()
        stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        stack.ss_size = size
        sigaltstack(&stack, nil)
    }
}

// Read by the crash handler, which may not wait for a lock; changed only by the thread that owns the terminal.
nonisolated(unsafe) private var emergencyRecord: UnsafeMutablePointer<EmergencyRestore.Record>?
nonisolated(unsafe) private var areHandlersInstalled = false

/// Writes what was prepared. Calls nothing that is unsafe in a signal handler.
private func giveBackTerminal() {
    guard let record = emergencyRecord else { return }
    emergencyRecord = nil
    var written = 0
    while written < record.pointee.count {
        let count = write(record.pointee.descriptor, record.pointee.text + written, record.pointee.count - written)
        guard count > 0 else { break }
        written += count
    }
    tcsetattr(record.pointee.descriptor, TCSANOW, &record.pointee.modes)
}
