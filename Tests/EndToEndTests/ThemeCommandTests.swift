import Foundation
import TestSupport
import Testing

/// Themes as a person meets them.
@Suite struct ThemeCommandTests {
    private static let mine = """
        schema = 1
        name = "Mine"
        variant = "light"
        [roles]
        background = "#ffffff"
        text = "#000000"
        "chunk.refetch" = "#c03000"
        """

    /// A folder with themes of the user.
    private func folder(_ themes: [String: String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.makeFolder("config/carryon/themes")
        for (name, text) in themes {
            try folder.write(Array(text.utf8), to: "config/carryon/themes/\(name).toml")
        }
        return folder
    }

    @Test func listShowsEveryThemeAndWhatIsWrongWithIt() async throws {
        let folder = try folder(["mine": Self.mine, "broken": "schema = 2"])
        let program = CarryonProgram(in: folder)
        let list = try await program.run(["theme", "list", "--json"])
        #expect(list.status == 0)
        let themes = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]] ?? []
        #expect(themes.first?["name"] as? String == "terminal")
        let mine = try #require(themes.first { $0["name"] as? String == "mine" })
        #expect(mine["title"] as? String == "Mine")
        #expect(mine["variant"] as? String == "light")
        #expect(mine["origin"] as? String == "user")
        #expect(mine["path"] as? String == folder.path("config/carryon/themes/mine.toml"))
        #expect(mine["error"] is NSNull)
        let broken = try #require(themes.first { $0["name"] as? String == "broken" })
        #expect(
            (broken["error"] as? String)?.hasSuffix("broken.toml:1:10: the only schema there is so far is 1") == true)
        #expect(try await program.run(["theme", "list"]).output.contains("cannot be used: "))
    }

    @Test func checkTellsPlacesAndItsStatusWhetherAThemeCanBeUsed() async throws {
        let folder = try folder(["mine": Self.mine])
        let program = CarryonProgram(in: folder)
        try folder.write(Array("schema = 1\n[roles]\nzebra = 1\n".utf8), to: "odd.toml")
        try folder.write(Array("schema = 1\ninherits = \"mnie\"\n".utf8), to: "bad.toml")
        let good = try await program.run(["theme", "check", "config/carryon/themes/mine.toml"])
        #expect((good.status, good.output) == (0, ""))
        let odd = try await program.run(["theme", "check", "odd.toml"])
        #expect((odd.status, odd.output) == (0, "odd.toml:3:1: warning: unknown role \"zebra\"\n"))
        let bad = try await program.run(["theme", "check", "odd.toml", "bad.toml"])
        #expect(bad.status == 1)
        #expect(bad.output.hasSuffix("bad.toml:2:12: unknown theme \"mnie\" (did you mean \"mine\"?)\n"))
    }

    @Test func showWritesNoColoursIntoFiles() async throws {
        let program = CarryonProgram(in: try folder(["mine": Self.mine]))
        let shown = try await program.run(["theme", "show", "mine"])
        #expect(shown.status == 0)
        #expect(shown.output.contains("chunk.refetch"))
        #expect(!shown.output.contains("\u{1B}"))
        let missing = try await program.run(["theme", "show", "mnie"])
        #expect(missing.status == 1)
        #expect(
            missing.errors == "carryon: theme \"mnie\": there is none of that name (did you mean \"mine\"?)\n")
    }

    /// On the screen it is told in one line, and in plain lines too.
    @Test func aBrokenThemeStopsNothing() async throws {
        let folder = try folder(["broken": "schema = 1\n[roles]\ntext = \"leef\""])
        try folder.write(Array("theme = \"broken\"".utf8), to: "config/carryon/config.toml")
        let program = CarryonProgram(in: folder)
        let tmux = try await Tmux(
            [CarryonProgram.path, "--state", program.state],
            environment: [
                "HOME": folder.path, "XDG_CONFIG_HOME": folder.path("config"), "LC_ALL": "C.UTF-8",
                "TERM": "tmux-256color",
            ])
        try await tmux.shows("unknown colour \"leef\"")
        try await tmux.shows("carryon add")
        try await tmux.press("?")
        try await tmux.hides("unknown colour")
        try await tmux.press("C-c")
        try await tmux.ends()
    }
}
