import TerminalUI
import Testing

@testable import ThemeFiles

/// Everything that can be wrong in a theme file, and where.
@Suite struct ThemeParserTests {
    /// Texts behind `schema = 1`, and what is said about them.
    private static let texts: [(text: String, problem: String)] = [
        ("variant = \"dim\"", "t.toml:2:11: unknown variant \"dim\": it is dark or light"),
        ("variant = \"drak\"", "t.toml:2:11: unknown variant \"drak\": it is dark or light (did you mean \"dark\"?)"),
        ("variant = 3", "t.toml:2:11: this must be a text in quotation marks"),
        ("name = []", "t.toml:2:8: this must be a text in quotation marks"),
        ("pallete = {}", "t.toml:2:1: warning: unknown key \"pallete\" (did you mean \"palette\"?)"),
        ("palette = 3", "t.toml:2:1: \"palette\" must be a table: [palette]"),
        ("inherits = \"gone\"", "t.toml:2:12: unknown theme \"gone\""),
        ("inherits = \"terminl\"", "t.toml:2:12: unknown theme \"terminl\" (did you mean \"terminal\"?)"),
        (
            "[palette]\nleaf = \"#a3be8\"",
            "t.toml:3:8: unknown colour \"#a3be8\": a palette holds #rrggbb, names of terminal colours, and 0 to 255"
        ),
        (
            "[palette]\nleaf = \"gren\"",
            "t.toml:3:8: unknown colour \"gren\" (did you mean \"green\"?): a palette holds #rrggbb, names of terminal "
                + "colours, and 0 to 255"
        ),
        ("[palette]\nleaf = true", "t.toml:3:8: this must be a text in quotation marks"),
        (
            "[palette]\nleaf = \"#a3be8c\"\n[roles]\n\"chunk.safe\" = \"leef\"",
            "t.toml:5:16: unknown colour \"leef\" (did you mean \"leaf\"?)"
        ),
        ("[roles]\ntext = 256", "t.toml:3:8: unknown colour \"256\""),
        ("[roles]\nbackground = \"blak\"", "t.toml:3:14: unknown colour \"blak\" (did you mean \"black\"?)"),
        (
            "[roles]\n\"chunk.verfy\" = \"red\"",
            "t.toml:3:1: warning: unknown role \"chunk.verfy\" (did you mean \"chunk.verify\"?)"
        ),
        (
            "[roles]\nchunk.safe = \"red\"",
            "t.toml:3:1: write the role with quotation marks: \"chunk.safe\""
        ),
        (
            "[roles]\nkey = { fg = \"cyan\", atrs = [] }",
            "t.toml:3:22: warning: unknown part of a role \"atrs\": it has fg, bg and attrs (did you mean \"attrs\"?)"
        ),
        ("[roles]\nkey = { fg = \"cian\" }", "t.toml:3:14: unknown colour \"cian\" (did you mean \"cyan\"?)"),
        ("[roles.key]\nbg = \"cian\"", "t.toml:3:6: unknown colour \"cian\" (did you mean \"cyan\"?)"),
        ("[roles]\nkey = { attrs = \"bold\" }", "t.toml:3:17: attrs must be a list, such as [\"bold\"]"),
        (
            "[roles]\nkey = { attrs = [\"dim\", \"blod\"] }",
            "t.toml:3:25: unknown attribute \"blod\" (did you mean \"bold\"?)"
        ),
        ("[ramps]\nheat = [1, 2]", "t.toml:3:8: heat must be a list of 5 colours"),
        (
            "[ramps]\nheat = [\n  1, 2, # two\n  3, 4,\n  \"whit\",\n]",
            "t.toml:6:3: unknown colour \"whit\" (did you mean \"white\"?)"
        ),
        ("[ramps]\nheet = []", "t.toml:3:1: warning: unknown ramp \"heet\" (did you mean \"heat\"?)"),
        ("[glyphs]\n\"chunk.safe\" = \"ab\"", "t.toml:3:16: \"ab\" is not one character of one column"),
        ("[glyphs]\n\"chunk.safe\" = \"日\"", "t.toml:3:16: \"日\" is not one character of one column"),
        ("[glyphs]\n\"chunk.safe\" = \"\\u202e\"", "t.toml:3:16: \"\\u{202e}\" is not one character of one column"),
        ("[glyphs]\n\"chunk.retry\" = \"x\"", "t.toml:3:1: warning: there is no glyph \"chunk.retry\" to choose"),
        ("name = \"a\nb\"", "t.toml:2:8: the quotation mark that ends this text is missing"),
        ("x = \u{1B}", "t.toml:2:5: control character \\x1b"),
        ("\r\n# é日 \u{0}", "t.toml:3:6: control character \\x00"),
    ]

    @Test(arguments: texts)
    func saysWhatIsWrongAndWhere(text: String, problem: String) throws {
        let folder = try ThemeFolder(["t": "schema = 1\n" + text])
        let problems = folder.problems("t")
        #expect(problems == [problem])
        let isError = !problem.contains("warning: ")
        #expect((folder.catalog.check(folder.path("t")).theme == nil) == isError)
    }

    @Test func theSchemaMustBeKnown() throws {
        let folder = try ThemeFolder(["none": "name = \"x\"", "two": "# x\nschema = 2"])
        #expect(folder.problems("none") == ["none.toml:1:1: schema = 1 is missing"])
        #expect(folder.problems("two") == ["two.toml:2:10: the only schema there is so far is 1"])
    }

    @Test func everythingCanBeSaid() throws {
        let folder = try ThemeFolder([
            "t": """
            schema = 1
            name = "Mine"
            variant = "light"
            inherits = "terminal"
            palette = { paper = "#ffffff", ink = 232 }
            [roles]
            background = "paper"
            'text' = "ink"
            key = { fg = "bright-red", bg = 7, attrs = ["bold", "underline"] }
            border = {}
            "chunk.refetch" = "#c03000"
            [ramps]
            heat = ["#dddddd", "#bbbbbb", "#888888", "#444444", "#000000"]
            [glyphs]
            "chunk.verify" = "◈"
            """
        ])
        #expect(folder.problems("t") == [])
        let theme = try folder.catalog.load("t")
        #expect(theme.name == "Mine")
        #expect(theme.variant == .light)
        #expect(theme.background == .rgb(RGB(255, 255, 255)))
        #expect(theme.looks[.text] == Theme.Look(.indexed(232)))
        #expect(theme.looks[.key] == Theme.Look(.indexed(9), on: .indexed(7), attributes: [.bold, .underline]))
        #expect(theme.looks[.border] == Theme.Look(.terminalDefault))
        #expect(theme.looks[.heat2] == Theme.Look(.rgb(RGB(0xBB, 0xBB, 0xBB))))
        #expect(theme.glyphs == [.chunkVerifying: "◈"])
        // What it does not speak of is inherited.
        #expect(theme.looks[.chunkSafe] == Theme.terminal.looks[.chunkSafe])
    }

    @Test func allProblemsAreReportedInTheirOrder() throws {
        let folder = try ThemeFolder([
            "t": "schema = 1\n[roles]\nzebra = 1\ntext = \"leef\"\naccent = \"x\"\n[palette]\nx = \"y\""
        ])
        let lines = folder.problems("t").map { $0.split(separator: ":")[1] }
        #expect(lines == ["3", "4", "5", "7"])
    }

    @Test func hardToSeeColoursAreReportedWhereTheyStand() throws {
        let folder = try ThemeFolder([
            "t": """
            schema = 1
            [roles]
            background = "#000000"
            "chunk.safe" = "#303030"
            "chunk.retry" = "#2f2f2f"
            """
        ])
        #expect(
            folder.problems("t") == [
                "t.toml:4:1: warning: contrast of chunk.safe and its background is 1.5, less than 3",
                "t.toml:5:1: warning: contrast of chunk.retry and its background is 1.5, less than 3",
                "t.toml:5:1: warning: chunk.retry and chunk.safe look alike to people who do not see green",
            ])
        #expect(folder.catalog.check(folder.path("t")).theme != nil)
    }
}
