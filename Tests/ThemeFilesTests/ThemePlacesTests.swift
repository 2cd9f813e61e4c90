import Foundation
import TerminalUI
import TestSupport
import Testing

@testable import ThemeFiles

/// Where themes are looked for.
@Suite struct ThemePlacesTests {
    @Test func anInstalledProgramFindsItsThemes() {
        let catalog = ThemeCatalog(environment: ["HOME": "/home/ann"], executable: "/opt/carryon/bin/carryon")
        #expect(
            catalog.places == [
                .init(folder: "/home/ann/.config/carryon/themes", origin: .user),
                .init(folder: "/opt/carryon/share/carryon/themes", origin: .shipped),
                .init(folder: "/usr/local/share/carryon/themes", origin: .shipped),
                .init(folder: "/usr/share/carryon/themes", origin: .shipped),
            ])
    }

    @Test func theEnvironmentCounts() {
        let catalog = ThemeCatalog(
            environment: ["HOME": "/home/ann", "XDG_CONFIG_HOME": "/c", "XDG_DATA_DIRS": "/a::relative:/b"],
            executable: "/usr/bin/carryon")
        #expect(
            catalog.places.map(\.folder) == [
                "/c/carryon/themes", "/usr/share/carryon/themes", "/a/carryon/themes", "/b/carryon/themes",
            ])
        #expect(ThemeCatalog(environment: ["XDG_CONFIG_HOME": "relative"], executable: "").places.count == 2)
    }

    @Test func aProgramThatWasBuiltButNotInstalledFindsThoseOfItsPackage() throws {
        let folder = try TemporaryFolder()
        try folder.write([], to: "Package.swift")
        let catalog = ThemeCatalog(environment: [:], executable: folder.path(".build/x86_64/debug/carryon"))
        #expect(catalog.places.map(\.folder).contains(folder.path("themes")))
    }

    @Test func theUserReplacesAShippedTheme() throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("config/carryon/themes")
        try folder.makeFolder("share/carryon/themes")
        for place in ["config", "share"] {
            try folder.write(Array("schema = 1\nname = \"\(place)\"".utf8), to: "\(place)/carryon/themes/nord.toml")
        }
        let catalog = ThemeCatalog(
            environment: ["XDG_CONFIG_HOME": folder.path("config")], executable: folder.path("bin/carryon"))
        #expect(try catalog.theme(named: "nord").name == "config")
        #expect(catalog.names == ["terminal", "nord"])
        try FileManager.default.removeItem(atPath: folder.path("config"))
        #expect(try catalog.theme(named: "nord").name == "share")
    }
}
