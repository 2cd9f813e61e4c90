import Foundation
import Testing

/// What the project promises about itself.
@Suite struct ProjectTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test func ciRunsTheTestCommandOfTheReadme() throws {
        let command = try #require(
            Self.text("README.md").split(separator: "\n").first { $0.hasPrefix("Tests/prepare && swift test") })
        #expect(try Self.text(".ci/run").contains(command))
    }

    @Test func nothingElseStandsAtTheTop() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.root.path).filter { !$0.hasPrefix(".") }
        let allowed: Set<String> = [
            "LICENSE", "Package.swift", "Package.resolved", "README.md", "Sources", "Tests", "themes",
        ]
        #expect(Set(names).subtracting(allowed).isEmpty)
    }

    @Test func sourcesAreFormatted() async throws {
        // On a thread of its own: others need the few of the pool while this one waits.
        let (status, complaints) = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try Self.lint() }) }
        }
        #expect(status == 0, "\(complaints.prefix(2000))")
    }

    private static func lint() throws -> (status: Int32, complaints: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swift", "format", "lint", "--strict", "--parallel", "--configuration", ".swift-format", "--recursive",
            "Package.swift", "Sources", "Tests",
        ]
        process.currentDirectoryURL = root
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let complaints = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, complaints)
    }
}
