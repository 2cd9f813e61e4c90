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
    func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Process {
        let process = process(arguments, environment)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// A run that has not begun; its outputs are still to be chosen.
    private func process(_ arguments: [String], _ environment: [String: String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: Self.path)
        let withState = [arguments[0], "--state", state] + arguments.dropFirst()
        let hasNoState = arguments[0].hasPrefix("-") || ["demo", "serve"].contains(arguments[0])
        process.arguments = hasNoState ? arguments : withState
        process.currentDirectoryURL = URL(filePath: folder.path)
        var inherited = ProcessInfo.processInfo.environment
        for name in inherited.keys where name.hasSuffix("_proxy") || name.hasSuffix("_PROXY") { inherited[name] = nil }
        inherited["HOME"] = folder.path
        inherited["XDG_CONFIG_HOME"] = folder.path("config")
        process.environment = inherited.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// Runs a subcommand to its end.
    func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Result {
        try await onOwnThread {
            let process = process(arguments, environment)
            // Files rather than pipes: nobody has to read them while it runs.
            let name = UUID().uuidString
            let (output, errors) = (folder.path("out-\(name)"), folder.path("err-\(name)"))
            for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
            process.standardOutput = FileHandle(forWritingAtPath: output)
            process.standardError = FileHandle(forWritingAtPath: errors)
            try process.run()
            process.waitUntilExit()
            return Result(
                status: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
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
