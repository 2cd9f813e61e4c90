import Foundation
import TerminalUI
import TestSupport

@testable import ThemeFiles

/// A folder of theme files that a test made up.
struct ThemeFolder {
    let folder: TemporaryFolder
    var catalog: ThemeCatalog { ThemeCatalog(places: [.init(folder: folder.path, origin: .user)]) }

    /// - Parameter files: The texts of the themes by their names.
    init(_ files: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        for (name, text) in files { try write(text, to: name) }
    }

    func path(_ name: String) -> String { folder.path(name + ".toml") }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
    }

    /// What there is to say about a theme, without the folder.
    func problems(_ name: String) -> [String] {
        catalog.check(path(name)).problems.map { $0.description.replacingOccurrences(of: folder.path + "/", with: "") }
    }
}
