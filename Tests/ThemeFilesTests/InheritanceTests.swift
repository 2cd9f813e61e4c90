import TerminalUI
import Testing

@testable import ThemeFiles

/// Themes that build on others.
@Suite struct InheritanceTests {
    private static let base = """
        schema = 1
        name = "Base"
        variant = "light"
        [palette]
        leaf = "#00aa00"
        [roles]
        "chunk.safe" = "leaf"
        success = { fg = "leaf", attrs = ["bold"] }
        [glyphs]
        "chunk.safe" = "#"
        """

    @Test func rolesPaletteAndGlyphsAreInherited() throws {
        let folder = try ThemeFolder([
            "base": Self.base,
            "child": """
            schema = 1
            inherits = "base"
            [palette]
            leaf = "#00bb00"
            [roles]
            success = "leaf"
            """,
        ])
        let theme = try folder.catalog.load("child")
        #expect(theme.variant == .light)
        // A colour of the palette changes all that is painted with it.
        #expect(theme.looks[.chunkSafe]?.foreground == .rgb(RGB(0, 0xBB, 0)))
        // A role is replaced as a whole.
        #expect(theme.looks[.success] == Theme.Look(.rgb(RGB(0, 0xBB, 0))))
        #expect(theme.glyphs[.chunkSafe] == "#")
        #expect(theme.looks[.error] == Theme.terminal.looks[.error])
    }

    @Test func circlesAreErrors() throws {
        let folder = try ThemeFolder([
            "self": "schema = 1\ninherits = \"self\"",
            "one": "schema = 1\ninherits = \"two\"", "two": "schema = 1\n\ninherits = \"one\"",
        ])
        #expect(folder.problems("self") == ["self.toml:2:12: the theme inherits from itself"])
        #expect(folder.problems("one") == ["two.toml:3:12: the theme inherits from itself"])
    }

    @Test func fourLevelsAreDeepEnough() throws {
        let folder = try ThemeFolder()
        try folder.write("schema = 1", to: "t0")
        for level in 1...5 { try folder.write("schema = 1\ninherits = \"t\(level - 1)\"", to: "t\(level)") }
        #expect(folder.problems("t4") == [])
        #expect(folder.problems("t5") == ["t1.toml:2:12: inherits more than 4 levels deep"])
    }

    @Test func whatIsWrongBelowIsReportedThere() throws {
        let folder = try ThemeFolder([
            "base": "schema = 1\n[roles]\ntext = \"gren\"\nzebra = 1", "child": "schema = 1\ninherits = \"base\"",
        ])
        #expect(folder.problems("child") == ["base.toml:3:8: unknown colour \"gren\" (did you mean \"green\"?)"])
    }

    @Test func namesLeadToNoOtherFolder() throws {
        let folder = try ThemeFolder(["t": "schema = 1\ninherits = \"../t\""])
        #expect(folder.problems("t") == ["t.toml:2:12: unknown theme \"../t\""])
    }
}
