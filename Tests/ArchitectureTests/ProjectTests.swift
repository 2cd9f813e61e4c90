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
            Self.text("README.md").split(separator: "\n").first { $0.contains("apt-get") && $0.contains("swift test") })
        #expect(try Self.text(".ci/run").contains(command))
    }

    @Test func nothingElseStandsAtTheTop() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.root.path).filter { !$0.hasPrefix(".") }
        let allowed: Set<String> = [
            "LICENSE", "Package.swift", "Package.resolved", "README.md", "Sources", "Tests", "themes",
        ]
        #expect(Set(names).subtracting(allowed).isEmpty)
    }

    @Test func sourcesAreFormatted() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swift", "format", "lint", "--strict", "--parallel", "--configuration", ".swift-format", "--recursive",
            "Package.swift", "Sources", "Tests",
        ]
        process.currentDirectoryURL = Self.root
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let complaints = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(complaints.prefix(2000))")
    }
}
