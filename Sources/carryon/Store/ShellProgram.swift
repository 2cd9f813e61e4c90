import Glibc

/// A command that runs in a shell, in a session of its own: it has no terminal to ask questions at, and what it has
/// started ends with it when it is killed. One thread at a time uses it.
///
/// Foundation's `Process` offers no session, and takes a program for running while others hold its descriptors.
final class ShellProgram {
    enum End { case status(Int32), signal(Int32) }

    struct CannotStart: Error {
        let code: Int32
    }

    /// Where its standard output and its standard error are read.
    let output: Int32
    let errors: Int32
    /// The number of its process and of its group, until it is reaped: then the number may be another's.
    private var id: pid_t?

    /// `POSIX_SPAWN_SETSID`, which the importer's Glibc module does not show.
    private static let newSession: Int32 = 0x80
    /// How long a killed program is waited for, in milliseconds.
    private static let patience = 500

    /// - Parameter environment: All that it has.
    init(_ command: String, environment: [String: String]) throws(CannotStart) {
        let output = try Self.pipe()
        let errors: (read: Int32, write: Int32)
        do throws(CannotStart) {
            errors = try Self.pipe()
        } catch {
            close(output.read)
            close(output.write)
            throw error
        }
        self.output = output.read
        self.errors = errors.read
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.write, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.write, 2)
        // What others opened a moment ago may not be marked close-on-exec yet.
        for descriptor in 3..<Int32(1024) { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var attributes = Self.attributes()
        let words: [String] = ["/bin/sh", "-c", command]
        var arguments = words.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        var id: pid_t = 0
        let code = posix_spawn(&id, "/bin/sh", &actions, &attributes, &arguments, &variables)
        for text in arguments + variables { free(text) }
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
        // This process's copies, or the pipes would never end.
        close(output.write)
        close(errors.write)
        guard code == 0 else { throw CannotStart(code: code) }
        self.id = id
    }

    deinit {
        close(output)
        close(errors)
    }

    /// How it has ended; `nil` while it runs. Not asked again after that.
    func poll() -> End? {
        guard let id else { return nil }
        var status: Int32 = 0
        let result = waitpid(id, &status, WNOHANG)
        guard result == id || (result < 0 && errno != EINTR) else { return nil }
        self.id = nil
        // Where the system keeps no ends of children, what it has printed has to speak for itself.
        guard result == id else { return .status(0) }
        let signal = status & 0x7f
        return signal == 0 ? .status((status >> 8) & 0xff) : .signal(signal)
    }

    /// Ends it and what it has started, unless that has left its session.
    func kill() {
        guard let id else { return }
        Glibc.kill(-id, SIGKILL)
        // At once, unless the system is busy with it; then it is reaped when this process ends.
        for _ in 0..<Self.patience {
            if poll() != nil { return }
            usleep(1000)
        }
    }

    private static func pipe() throws(CannotStart) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw CannotStart(code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// No signal is blocked or ignored, as it may be here.
    private static func attributes() -> posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | newSession
        posix_spawnattr_setflags(&attributes, Int16(flags))
        return attributes
    }
}
