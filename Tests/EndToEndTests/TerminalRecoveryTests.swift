import Foundation
import Glibc
import TestSupport
import Testing

/// The terminal is the user's: however the program leaves it, for good or for a while, it is as it was.
@Suite struct TerminalRecoveryTests {
    /// Runs `script` by a shell on a terminal; `$carryon` is the command that opens the screen.
    private func tmux(_ script: String, in folder: TemporaryFolder) async throws -> Tmux {
        try await Tmux(
            ["sh", "-c", script],
            environment: [
                "HOME": folder.path, "XDG_CONFIG_HOME": folder.path("config"), "LC_ALL": "C.UTF-8",
                "TERM": "tmux-256color", "carryon": CarryonProgram.path, "state": folder.path("state"),
                "folder": folder.path,
            ])
    }

    /// What the terminal is told to do beyond showing text.
    private static let usual = "alternate 0, mouse 0, cursor 1"

    private func modes(of tmux: Tmux) async throws -> String {
        try await tmux.value("alternate #{alternate_on}, mouse #{mouse_any_flag}, cursor #{cursor_flag}")
    }

    private func number(in file: String) throws -> pid_t {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        // Anything less would be a group of processes, the tests among them.
        return try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)).flatMap { $0 > 1 ? $0 : nil })
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGSEGV, SIGABRT, SIGILL, SIGQUIT])
    func noSignalLeavesAMess(_ signal: Int32) async throws {
        let folder = try TemporaryFolder()
        let script = """
            ulimit -c 0; trap '' INT HUP; stty -a >"$folder/before"
            sh -c 'echo $$ >"$folder/id"; trap - INT HUP; exec "$carryon" --state "$state"' 2>/dev/null
            stty -a >"$folder/after"; echo given back; exec cat
            """
        let tmux = try await tmux(script, in: folder)
        try await tmux.shows("Nothing to transfer")
        let during = try await modes(of: tmux)
        #expect(during == "alternate 1, mouse 1, cursor 0")
        #expect(Glibc.kill(try number(in: folder.path("id")), signal) == 0)
        try await tmux.shows("given back")
        #expect(try await modes(of: tmux) == Self.usual)
        let before = try String(contentsOfFile: folder.path("before"), encoding: .utf8)
        #expect(!before.isEmpty)
        #expect(try String(contentsOfFile: folder.path("after"), encoding: .utf8) == before)
        await tmux.kill()
    }

    @Test func controlZGivesTheTerminalToTheShellAndFgTakesItBack() async throws {
        let folder = try TemporaryFolder()
        // A shell that controls jobs, as one does that a person types into.
        let script = """
            set -m; stty -a >"$folder/before"
            "$carryon" --state "$state"
            stty -a >"$folder/stopped"; echo stopped; read answer; fg; stty -a >"$folder/after"; echo the end; exec cat
            """
        let tmux = try await tmux(script, in: folder)
        try await tmux.shows("Nothing to transfer")
        try await tmux.press("C-z")
        try await tmux.shows("stopped")
        #expect(try await modes(of: tmux) == Self.usual)
        try await tmux.press("Enter")
        try await tmux.shows("Nothing to transfer")
        #expect(try await modes(of: tmux) == "alternate 1, mouse 1, cursor 0")
        try await tmux.press("q")
        try await tmux.shows("the end")
        let before = try String(contentsOfFile: folder.path("before"), encoding: .utf8)
        for file in ["stopped", "after"] {
            #expect(try String(contentsOfFile: folder.path(file), encoding: .utf8) == before, "\(file)")
        }
        await tmux.kill()
    }

    @Test func aStormOfSizesEndsInARightPicture() async throws {
        let folder = try TemporaryFolder()
        let tmux = try await tmux("echo $$ >\"$folder/id\"; exec \"$carryon\" --state \"$state\"", in: folder)
        try await tmux.shows("Nothing to transfer")
        let id = try number(in: folder.path("id"))
        let sizes = [(1, 1), (200, 2), (2, 60), (40, 10), (39, 9), (100, 30), (7, 24), (200, 60), (1, 60), (76, 18)]
        for (columns, rows) in sizes {
            try await tmux.resize(columns: columns, rows: rows)
            for _ in 0..<20 { _ = Glibc.kill(id, SIGWINCH) }
        }
        try await tmux.resize(columns: 80, rows: 24)
        try await tmux.shows("Nothing to transfer")
        // The same as if it had been so from the start.
        let fresh = try TemporaryFolder()
        let other = try await self.tmux("exec \"$carryon\" --state \"$state\"", in: fresh)
        try await other.shows("Nothing to transfer")
        let expected = try await other.screen()
        try await eventually("both screens are the same") { try await tmux.screen() == expected }
        try await tmux.press("q")
        try await tmux.ends()
        await other.kill()
    }

    @Test(arguments: [("dumb", "cannot move the cursor"), ("no-such-terminal", "is not known here")])
    func terminalsThatCannotShowItAreRefused(_ type: String, _ reason: String) async throws {
        let folder = try TemporaryFolder()
        let script = "TERM=\(type) \"$carryon\" --state \"$state\"; echo status $?; exec cat"
        let tmux = try await tmux(script, in: folder)
        try await tmux.shows("status 1")
        // A narrow screen breaks the line somewhere.
        let screen = try await tmux.screen().replacing("\n", with: "")
        #expect(screen.contains(reason) && screen.contains("`carryon run` works without a screen"), "\(screen)")
        await tmux.kill()
    }

    @Test(arguments: [("LC_ALL=C.UTF-8 NO_COLOR=", false), ("LC_ALL=C NO_COLOR=1", true)])
    func otherLocalesAndNoColourAreRespected(_ variables: String, _ isPlain: Bool) async throws {
        let folder = try TemporaryFolder()
        let script = "\(variables) exec \"$carryon\" --state \"$state\""
        let tmux = try await tmux(script, in: folder)
        try await tmux.shows("Nothing to transfer")
        try await tmux.press("?")
        try await tmux.shows("Keys and signs")
        let screen = try await tmux.screen(withStyles: true)
        let hasColour = screen.contains(/\u{1B}\[[0-9;]*[34][0-8]/)
        #expect(hasColour == !isPlain)
        #expect(screen.utf8.allSatisfy { $0 < 0x80 } == isPlain)
        try await tmux.press("q")
        try await tmux.ends()
    }
}
