import Glibc

/// A program that a test started. It ends with ``stop(_:)`` at the latest.
public final class ChildProcess: Sendable {
    public let id: pid_t

    /// Starts the program at `path`; what it writes to either output goes to the file `log`.
    public init(_ path: String, _ arguments: [String], log: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // A socket accepted a moment ago may not be marked close-on-exec yet.
        for descriptor in 3..<Int32(256) { posix_spawn_file_actions_addclose(&actions, descriptor) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A blocked or ignored SIGTERM of the test's process is not to be inherited.
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var argv = ([path] + arguments).map { strdup($0) } + [nil]
        defer { argv.forEach { free($0) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, path, &actions, &attributes, &argv, environ)
        guard code == 0 else { throw SystemFailure("start \(path)", code: code) }
        self.id = id
    }

    /// The exit status, if the program has ended; it must not be asked again then.
    func statusIfEnded() -> Int32? {
        var status: Int32 = 0
        return waitpid(id, &status, WNOHANG) == id ? status : nil
    }

    /// Waits for the program to end.
    ///
    /// - Returns: The status as `waitpid` gives it: 0 for success.
    public func waitForEnd() -> Int32 {
        var status: Int32 = 0
        waitpid(id, &status, 0)
        return status
    }

    /// Sends `signal`, then waits; kills what does not listen.
    func stop(_ signal: Int32) {
        kill(id, signal)
        if (try? eventuallyBlocking(timeout: .seconds(5)) { statusIfEnded() != nil }) != nil { return }
        kill(id, SIGKILL)
        var status: Int32 = 0
        waitpid(id, &status, 0)
    }

    /// Runs a program to its end; throws with its output unless it succeeds.
    static func run(_ path: String, _ arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let child = try ChildProcess(path, arguments, log: folder.path("log"))
        var status: Int32 = 0
        waitpid(child.id, &status, 0)
        guard status == 0 else {
            let log = String(decoding: (try? folder.read("log")) ?? [], as: UTF8.self)
            throw ProgramFailure(description: "\(path) ended with status \(status): \(log)")
        }
    }

    /// Finds a program in `PATH` or where the system keeps its servers.
    public static func find(_ name: String) throws -> String {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        for folder in path.split(separator: ":") + ["/usr/sbin", "/usr/bin", "/usr/local/sbin"] {
            if access("\(folder)/\(name)", X_OK) == 0 { return "\(folder)/\(name)" }
        }
        throw ProgramFailure(description: "\(name) is not installed, and these tests need it")
    }
}

/// A program that tests need is missing or failed.
public struct ProgramFailure: Error, CustomStringConvertible {
    public let description: String
}
