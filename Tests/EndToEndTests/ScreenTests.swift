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
        // Half of it comes and no more, so that no key is ever too late.
        let half = Fault(.always, .silence(from: 2_000_000))
        let server = FaultyServer([ServedFile("/story.bin", .pattern(Self.file))], faults: [half])
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
        // Read together, the two keys would be one with Alt.
        try await first.hides("4 chunks of 1 MiB")
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

    /// The answers of the server are late, and then very late, so that there is something to see between sending and
    /// safety for as long as it takes.
    @Test func anUploadShowsItsChunksPausesAndGoesOn() async throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.file, to: "story.bin")
        let (server, proxy) = try await onOwnThread {
            let server = try ChunkServerProcess(data: folder.path("data"), log: folder.path("server.log"))
            return (UncheckedBox(server), try MeddlingProxy(to: server.port, answerDelay: .seconds(6)))
        }
        defer { proxy.stop() }
        let program = CarryonProgram(in: folder)
        let added = try await program.run([
            "add", "--connections", "1", "--chunk-size", "1M", "story.bin", "http://127.0.0.1:\(proxy.port)/",
        ])
        #expect(added.status == 0, "\(added.errors)")
        let tmux = try await Tmux(
            [CarryonProgram.path, "--state", program.state], columns: 120, rows: 40, environment: environment(folder))
        try await tmux.shows("story.bin")
        try await tmux.press("Enter")
        try await tmux.shows("4 chunks of 1 MiB")
        // It is registered.
        try await tmux.shows("/uploads/")
        proxy.setAnswerDelay(.seconds(600))
        try await tmux.shows("sent, not acknowledged")
        try await tmux.press("p")
        try await tmux.shows("paused")
        proxy.setAnswerDelay(.zero)
        try await tmux.press("p")
        try await tmux.shows("the server has ")
        try await tmux.shows("done")
        try await tmux.press("q")
        try await tmux.ends()
        #expect(try Self.file.firstDifference(fromFileAt: folder.path("data/files/story.bin")) == nil)
        let explanation = try await program.list().first?["explanation"] as? String
        #expect(explanation?.hasPrefix("the server has ") == true)
        _ = try await onOwnThread { server.value.terminate() }
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
        #expect(result.output.contains("5 of 5 files complete and verified by SHA-256"))
        let troubles = [
            "503", "closed early", "SHA-256 mismatch", "asking in", "is stored: only the answer was lost",
            "came to the server with other bytes than were sent",
        ]
        for trouble in troubles {
            #expect(result.errors.contains(trouble), "the demo shows no \(trouble)")
        }
    }
}
