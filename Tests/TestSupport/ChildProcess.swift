import Foundation
import Glibc
import Synchronization

/// A program that a test started. It is killed when the value goes away, unless it has ended.
///
/// Foundation's `Process` is not used for programs: it takes one for running as long as any other lives that was started
/// at the same moment, because they inherit each other's descriptors.
public final class ChildProcess: Sendable {
    public let id: pid_t
    /// What `waitpid` gave. Once it is there, the number may be another's.
    private let status = Mutex<Int32?>(nil)

    /// Starts the program at `path`; what it writes to either output goes to the file `log`.
    ///
    /// - Parameters:
    ///   - environment: What it has beside our own.
    ///   - errors: A file for what it writes as errors, if they are to be apart.
    ///   - input: A descriptor that it gets as standard input; nothing otherwise.
    public init(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], log: String,
        errors: String? = nil, input: Int32? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        // A socket accepted a moment ago may not be marked close-on-exec yet; in another process it would stay open.
        for descriptor in 3..<Int32(1024) { posix_spawn_file_actions_addclose(&actions, descriptor) }

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
        let inherited = ProcessInfo.processInfo.environment
        var variables = inherited.merging(environment) { $1 }.map { strdup("\($0)=\($1)") } + [nil]
        defer { variables.forEach { free($0) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, path, &actions, &attributes, &argv, &variables)
        guard code == 0 else { throw SystemFailure("start \(path)", code: code) }
        self.id = id
    }

    deinit {
        guard isRunning else { return }
        signal(SIGKILL)
        _ = waitForEnd()
    }

    /// The status as `waitpid` gives it, if the program has ended.
    func statusIfEnded() -> Int32? {
        status.withLock { known in
            var status: Int32 = 0
            if known == nil, waitpid(id, &status, WNOHANG) == id { known = status }
            return known
        }
    }

    public var isRunning: Bool { statusIfEnded() == nil }

    /// What the program returned, or the number of the signal that ended it, negative; `nil` while it runs.
    public var exitCode: Int32? {
        statusIfEnded().map { $0 & 0x7F == 0 ? $0 >> 8 & 0xFF : -($0 & 0x7F) }
    }

    /// Sends a signal, unless the program has ended.
    public func signal(_ signal: Int32) {
        status.withLock { if $0 == nil { kill(id, signal) } }
    }

    /// Waits for the program to end.
    ///
    /// - Returns: The status as `waitpid` gives it: 0 for success.
    public func waitForEnd() -> Int32 {
        var information = siginfo_t()
        // It keeps its number until it is asked for its status, so that other threads may signal it meanwhile.
        while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return statusIfEnded() ?? 0
    }

    /// Sends `signal`, then waits; kills what does not listen.
    public func stop(_ signal: Int32) {
        self.signal(signal)
        if (try? eventuallyBlocking(timeout: .seconds(20)) { !isRunning }) != nil { return }
        self.signal(SIGKILL)
        _ = waitForEnd()
    }

    /// Runs a program to its end; throws with its output unless it succeeds.
    static func run(_ path: String, _ arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let child = try ChildProcess(path, arguments, log: folder.path("log"))
        let status = child.waitForEnd()
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
