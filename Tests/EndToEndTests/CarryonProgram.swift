import Foundation
import Glibc
import TestSupport

/// The built program, run as a person would run it.
struct CarryonProgram: Sendable {
    /// What a finished run left behind.
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The state folder of every run.
    let state: String
    private let folder: TemporaryFolder

    /// - Parameter folder: Holds state and outputs.
    init(in folder: TemporaryFolder) {
        self.folder = folder
        state = folder.path("state")
    }

    /// The program beside the test bundle.
    static let path: String = {
        var folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let names = ["carryon", "../carryon"]
        for name in names {
            let candidate = folder.appending(path: name).standardizedFileURL.path
            if access(candidate, X_OK) == 0 { return candidate }
        }
        folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return folder.appending(path: ".build/debug/carryon").path
    }()

    /// Starts a subcommand on the state folder.
    func start(_ arguments: [String], environment: [String: String] = [:]) throws -> ChildProcess {
        try start(arguments, environment, output: "/dev/null", errors: "/dev/null")
    }

    private func start(
        _ arguments: [String], _ environment: [String: String], output: String, errors: String
    ) throws -> ChildProcess {
        let hasNoState = arguments[0].hasPrefix("-") || ["demo", "serve", "theme"].contains(arguments[0])
        let withState = [arguments[0], "--state", state] + arguments.dropFirst()
        let proxies = ProcessInfo.processInfo.environment.keys.filter { $0.lowercased().hasSuffix("_proxy") }
        let variables = ["HOME": folder.path, "XDG_CONFIG_HOME": folder.path("config")].merging(environment) { $1 }
        // It becomes the program, and keeps its number.
        let env =
            ["--chdir=\(folder.path)"] + proxies.map { "--unset=\($0)" } + variables.map { "\($0)=\($1)" }
        return try ChildProcess(
            "/usr/bin/env", env + [Self.path] + (hasNoState ? arguments : withState), log: output, errors: errors)
    }

    /// Runs a subcommand to its end.
    func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Result {
        try await onOwnThread {
            // Files rather than pipes: nobody has to read them while it runs.
            let name = UUID().uuidString
            let (output, errors) = (folder.path("out-\(name)"), folder.path("err-\(name)"))
            let process = try start(arguments, environment, output: output, errors: errors)
            _ = process.waitForEnd()
            return Result(
                status: process.exitCode ?? 0, output: try String(contentsOfFile: output, encoding: .utf8),
                errors: try String(contentsOfFile: errors, encoding: .utf8))
        }
    }

    /// The queue as scripts see it.
    func list() async throws -> [[String: Any]] {
        let result = try await run(["list", "--json"])
        let data = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        return data as? [[String: Any]] ?? []
    }
}
