import Glibc
import Synchronization
import TerminalUI

/// What the screen has the program do, because it needs more than a screen knows.
public protocol ScreenHost: Sendable {
    /// Adds transfers as the command line would. Returns at once; the answer comes from any thread.
    func add(_ arguments: [String], reply: @escaping @Sendable (AddReply) -> Void)

    /// Finds how the path of a file could go on, likewise.
    func complete(_ path: String, reply: @escaping @Sendable (AddReply) -> Void)
}

/// Brings answers of other threads to the thread of the screen.
final class ScreenMail: Sendable {
    /// Becomes readable when there is something; -1 if the system has no descriptor left.
    let descriptor: Int32
    private let end: Int32
    private let replies: Mutex<[AddReply]> = Mutex([])

    init() {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) == 0 {
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
        }
        (descriptor, end) = (ends[0], ends[1])
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if end >= 0 { close(end) }
    }

    func post(_ reply: AddReply) {
        replies.withLock { $0.append(reply) }
        var byte: UInt8 = 1
        // A full pipe is readable already.
        _ = write(end, &byte, 1)
    }

    func read() -> [AddReply] {
        var bytes = [UInt8](repeating: 0, count: 256)
        while Glibc.read(descriptor, &bytes, bytes.count) == bytes.count {}
        return replies.withLock { replies in
            defer { replies = [] }
            return replies
        }
    }
}
