import Glibc
import Synchronization

/// The right to run the engine on a state folder. One process has it at a time, until it gives it back or ends.
///
/// The file stays when the lock is released: if it were deleted, two processes could hold locks on two files of one
/// name.
public final class EngineLock: Sendable {
    /// Another process runs the engine on the folder.
    public struct Taken: Error, Hashable, Sendable, CustomStringConvertible {
        public let folder: StateFolder
        /// The other process, if it has told its number yet.
        public let process: Int32?

        public var description: String {
            let who = process.map { " (process \($0))" } ?? ""
            return "another carryon\(who) is using \(folder.path); end it first, or name another folder with --state"
        }
    }

    private let descriptor: Mutex<Int32?>

    /// Takes the lock. Throws ``Taken`` if another process has it, else ``StoreError``.
    ///
    /// - Parameter patience: How long to wait for a process that has it, in milliseconds: commands that only change
    ///   the queue are over soon. Each process that has it meanwhile may take so long.
    public init(folder: StateFolder, patience: Int = 0) throws {
        let path = folder.lock
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard file >= 0 else { throw StoreError.system(path: path, "open the lock \(path)") }
        var result = flock(file, LOCK_EX | LOCK_NB)
        var patience = LockPatience(patience)
        while result != 0, errno == EWOULDBLOCK, patience.allows(10, for: Self.process(in: file)) {
            usleep(10_000)
            result = flock(file, LOCK_EX | LOCK_NB)
        }
        guard result == 0 else {
            let code = errno
            let process = code == EWOULDBLOCK ? Self.process(in: file) : nil
            Glibc.close(file)
            if code == EWOULDBLOCK { throw Taken(folder: folder, process: process) }
            throw StoreError.system(path: path, "lock \(path)", code: code)
        }
        descriptor = Mutex(file)
        let number = "\(getpid())\n"
        // Only a hint for a message: the lock holds even if there is no room for it.
        _ = fchmod(file, 0o600)
        _ = ftruncate(file, 0)
        _ = pwrite(file, number, number.utf8.count, 0)
    }

    deinit { close() }

    /// Gives the lock back. Further calls do nothing.
    public func close() {
        descriptor.withLock { descriptor in
            guard let file = descriptor else { return }
            // Otherwise the next owner's first moments would show this process.
            _ = ftruncate(file, 0)
            // Closing it is not enough while a child that is being started has it, too.
            flock(file, LOCK_UN)
            Glibc.close(file)
            descriptor = nil
        }
    }

    private static func process(in file: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(file, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        return text.split(separator: "\n").first.flatMap { Int32($0) }
    }
}
