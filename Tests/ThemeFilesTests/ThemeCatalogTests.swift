import Foundation
import TerminalUI
import TestSupport
import Testing

@testable import ThemeFiles

/// Which themes there are.
@Suite struct ThemeCatalogTests {
    private func catalog(_ user: ThemeFolder, _ shipped: ThemeFolder) -> ThemeCatalog {
        ThemeCatalog(places: [
            .init(folder: user.folder.path, origin: .user), .init(folder: "/nonexistent", origin: .user),
            .init(folder: shipped.folder.path, origin: .shipped),
        ])
    }

    @Test func theThemesOfTheUserComeFirst() throws {
        let user = try ThemeFolder(["nord": "schema = 1\nname = \"Mine\"", "zebra": "schema = 1"])
        let shipped = try ThemeFolder(["nord": "schema = 1\nname = \"Nord\"", "mono": "schema = 1"])
        let catalog = catalog(user, shipped)
        #expect(catalog.entries.map(\.name) == ["terminal", "mono", "nord", "zebra"])
        #expect(catalog.entries.map(\.origin) == [.shipped, .shipped, .user, .user])
        #expect(catalog.entries[0].path == nil)
        #expect(catalog.entries[2].path == user.path("nord"))
        #expect(try catalog.load("nord").name == "Mine")
    }

    @Test func thereIsAlwaysATheme() throws {
        let catalog = ThemeCatalog(places: [])
        #expect(catalog.entries.map(\.name) == ["terminal"])
        #expect(try catalog.load("terminal") == .terminal)
    }

    @Test func aThemeThatIsNotThereIsMissed() throws {
        let folder = try ThemeFolder(["nord": "schema = 1"])
        let catalog = folder.catalog
        let problem = #expect(throws: ThemeProblem.self) { try catalog.load("nrod") }
        #expect(problem?.description == "theme \"nrod\": there is none of that name (did you mean \"nord\"?)")
        #expect(throws: ThemeProblem.self) { try catalog.load("") }
        #expect(throws: ThemeProblem.self) { try catalog.load(".nord") }
    }

    @Test func aPathLeadsToAFile() throws {
        let folder = try ThemeFolder(["x": "schema = 1\nname = \"X\""])
        #expect(try ThemeCatalog(places: []).load(folder.path("x")).name == "X")
    }

    @Test func filesWithOtherNamesAreNoThemes() throws {
        let folder = try ThemeFolder([".hidden": "schema = 1", "a\u{1B}b": "schema = 1", "": "schema = 1"])
        try Data().write(to: URL(filePath: folder.folder.path("nord.txt")))
        #expect(folder.catalog.entries.map(\.name) == ["terminal"])
    }
}
