import Foundation
import TerminalUI
import Testing

@testable import ThemeFiles

/// The themes that come with the program.
@Suite struct ShippedThemesTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "themes").path
    private static let catalog = ThemeCatalog(places: [.init(folder: folder, origin: .shipped)])
    private static let names = [
        "terminal", "catppuccin-latte", "catppuccin-mocha", "gruvbox-dark", "mono", "nord", "okabe-ito", "tokyo-night",
    ]

    @Test func theseAreThere() {
        #expect(Self.catalog.entries.map(\.name) == Self.names)
    }

    @Test(arguments: names)
    func nothingIsWrongWithIt(_ name: String) throws {
        let report = Self.catalog.check(Self.folder + "/" + name + ".toml")
        #expect(report.problems == [])
        let theme = try #require(report.theme)
        #expect(Set(theme.looks.keys) == Set(Role.allCases), "it has something to say about every role")
        #expect(theme.background.known != nil || ["terminal", "mono"].contains(name))
    }

    /// On terminals with few colours too.
    @Test(arguments: names, [256, 16, 8])
    func everythingIsVisibleWithFewColours(_ name: String, colors: Int) throws {
        let theme = try Self.catalog.load(name)
        for role in Role.allCases {
            let appearance = theme.appearance(of: Style(role), colors: colors)
            let isDefault = appearance.foreground == .terminalDefault
            #expect(appearance.foreground != appearance.background || isDefault, "\(role)")
        }
    }

    @Test func theBuiltInThemeIsTheFile() throws {
        var theme = try Self.catalog.load("terminal")
        for (role, look) in theme.looks where look == Theme.Look(.terminalDefault) { theme.looks[role] = nil }
        #expect(theme == Theme.terminal)
    }
}
