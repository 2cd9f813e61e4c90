import Foundation
import Glibc
import TestSupport
import Testing

/// The screen as a person meets it, on a real terminal.
@Suite struct ScreenTests {
    private static let file = PatternFile(seed: 9, size: 4_000_000)

    private func environment(_ folder: TemporaryFolder) -> [String: String] {
        ["HOME": folder.path, "XDG_CONFIG_HOME": folder.path("config"), "LC_ALL": "C.UTF-8", "TERM": "tmux-256color"]
    }

    @Test func pauseKillRestartResume() async throws {
        let slow = Fault(.always, .slowBody(bytesPerSecond: 150_000))
        let server = FaultyServer([ServedFile("/story.bin", .pattern(Self.file))], faults: [slow])
        try server.start()
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let program = CarryonProgram(in: folder)
        _ = try await program.run(["add", "--connections", "2", server.url("/story.bin"), "./"])
        let command = [CarryonProgram.path, "--state", program.state]

        let first = try await Tmux(command, environment: environment(folder))
        try await first.shows("active")
        try await first.press("Enter")
        try await first.shows("4 chunks of 1 MiB")
        try await first.press("Escape")
        try await first.press("p")
        try await first.shows("paused")
        // The worst way to end it.
        if let id = try await first.processID() { Glibc.kill(id, SIGKILL) }
        await first.kill()
        #expect(try await program.list().first?["state"] as? String == "paused")

        // Paused stays paused; a key resumes it, and it says what it kept.
        let second = try await Tmux(command, columns: 140, rows: 40, environment: environment(folder))
        try await second.shows("paused")
        server.setFaults([])
        try await second.press("p")
        try await second.shows("done")
        try await second.press("q")
        try await second.ends()
        #expect(try Self.file.firstDifference(fromFileAt: folder.path("story.bin")) == nil)
        let explanation = try await program.list().first?["explanation"] as? String
        #expect(explanation?.hasPrefix("ETag unchanged, ") == true)
    }

    @Test func emptyQueueTellsWhatToDo() async throws {
        let folder = try TemporaryFolder()
        let program = CarryonProgram(in: folder)
        let tmux = try await Tmux([CarryonProgram.path, "--state", program.state], environment: environment(folder))
        try await tmux.shows("carryon add")
        try await tmux.resize(columns: 20, rows: 3)
        try await tmux.resize(columns: 100, rows: 30)
        try await tmux.shows("carryon add")
        try await tmux.press("?")
        try await tmux.shows("quit")
        try await tmux.press("Escape")
        try await tmux.press("C-c")
        try await tmux.ends()
    }

    /// Everything at once, as the README promises it to a newcomer.
    @Test func demoVerifiesEveryFile() async throws {
        let folder = try TemporaryFolder()
        let result = try await CarryonProgram(in: folder).run(["demo"])
        #expect(result.status == 0, "\(result.errors.suffix(2000))")
        #expect(result.output.contains("3 of 3 files complete and verified by SHA-256"))
        for trouble in ["503", "closed early", "SHA-256 mismatch"] {
            #expect(result.errors.contains(trouble), "the demo shows no \(trouble)")
        }
    }
}
