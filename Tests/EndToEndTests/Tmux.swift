import Foundation
import TestSupport

/// A terminal for the program to run in, with keys to press and a screen to read: a private tmux server.
final class Tmux: Sendable {
    private let socket: String

    /// Starts `command` on a screen of the given size.
    init(_ command: [String], columns: Int = 80, rows: Int = 24, environment: [String: String]) async throws {
        socket = "carryon-test-\(UUID().uuidString)"
        let variables = environment.map { "\($0)=\($1)" }.sorted()
        try await run(
            ["-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "env"] + variables + command)
    }

    /// Sends keys as tmux names them.
    func press(_ keys: String...) async throws {
        try await run(["send-keys"] + keys)
    }

    func resize(columns: Int, rows: Int) async throws {
        try await run(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// What stands on the screen.
    ///
    /// - Parameter withStyles: Whether with the escape sequences for colours and attributes.
    func screen(withStyles: Bool = false) async throws -> String {
        try await run(["capture-pane", "-p"] + (withStyles ? ["-e"] : []))
    }

    /// What tmux knows of the terminal, as its formats name it.
    func value(_ format: String) async throws -> String {
        try await run(["display-message", "-p", format]).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The process that runs in the terminal; `nil` once it has ended.
    func processID() async throws -> pid_t? {
        // Anything less would be a group of processes, the tests among them.
        pid_t(try await value("#{pane_pid}")).flatMap { $0 > 1 ? $0 : nil }
    }

    /// Waits until the screen shows `text`.
    func shows(_ text: String) async throws {
        try await eventually("the screen shows \(text)") { try await self.screen().contains(text) }
    }

    /// Waits until the screen shows `text` no more.
    func hides(_ text: String) async throws {
        try await eventually("the screen shows no \(text)") { try await !self.screen().contains(text) }
    }

    /// Waits until the program has ended and the session with it.
    func ends() async throws {
        try await eventually("the program ends") { (try? await self.screen()) == nil }
    }

    func kill() async {
        _ = try? await run(["kill-server"])
    }

    @discardableResult
    private func run(_ arguments: [String]) async throws -> String {
        let socket = self.socket
        return try await onOwnThread {
            let folder = try TemporaryFolder()
            let output = folder.path("output")
            let program = try ChildProcess.find("tmux")
            // Not `Process`: it takes a program for running as long as the server that a first command leaves behind.
            let child = try ChildProcess(program, ["-u", "-L", socket] + arguments, log: output)
            guard child.waitForEnd() == 0 else { throw TmuxFailure(arguments: arguments) }
            return try String(contentsOfFile: output, encoding: .utf8)
        }
    }
}

/// The session has ended, or tmux does not like what it was asked.
struct TmuxFailure: Error, CustomStringConvertible {
    let arguments: [String]

    var description: String { "tmux \(arguments.joined(separator: " ")) failed" }
}
