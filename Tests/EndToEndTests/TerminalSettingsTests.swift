import Foundation
import TestSupport
import Testing

/// The settings of the terminal, as they stand in `config.toml`.
@Suite struct TerminalSettingsTests {
    private func run(_ settings: String) async throws -> CarryonProgram.Result {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path("config/carryon"), withIntermediateDirectories: true)
        try settings.write(toFile: folder.path("config/carryon/config.toml"), atomically: true, encoding: .utf8)
        return try await CarryonProgram(in: folder).run(["run", "--until-idle"])
    }

    @Test func allOfThemAreTaken() async throws {
        let result = try await run(
            """
            retries = 3
            [terminal]
            title = false
            notify = "osc777"
            progress = "on"
            clipboard = false
            mouse = false
            """)
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test(arguments: [
        ("title = 1", "terminal.title must be true or false"),
        ("notify = \"loud\"", "terminal.notify must be one of auto, osc9, osc777, bell, none"),
        ("progress = true", "terminal.progress must be one of auto, on, off"),
        ("colour = true", "there is no setting called terminal.colour"),
    ])
    func mistakesAreNamed(_ line: String, _ sentence: String) async throws {
        let result = try await run("[terminal]\n" + line)
        #expect(result.status != 0)
        #expect(result.errors.contains("config.toml: \(sentence)"), "\(result.errors)")
    }
}
