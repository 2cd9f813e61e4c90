import FoundationEssentials
import TerminalUI

extension ThemeCatalog {
    /// The themes of the user and those that came with the program.
    ///
    /// - Parameters:
    ///   - environment: `XDG_CONFIG_HOME`, `HOME` and `XDG_DATA_DIRS` count.
    ///   - executable: The path of the program. Its themes are in `../share/carryon/themes` from there or, as long as
    ///     it has not been installed, beside the `Package.swift` of a folder further up.
    public init(environment: [String: String], executable: String) {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        var places: [Place] = []
        if let configuration = variable("XDG_CONFIG_HOME") ?? variable("HOME").map({ $0 + "/.config" }) {
            places.append(Place(folder: configuration + "/carryon/themes", origin: .user))
        }
        let above = Self.foldersAbove(executable)
        if above.count > 1 { places.append(Place(folder: above[1] + "/share/carryon/themes", origin: .shipped)) }
        if let package = above.first(where: { FileManager.default.fileExists(atPath: $0 + "/Package.swift") }) {
            places.append(Place(folder: package + "/themes", origin: .shipped))
        }
        let data = environment["XDG_DATA_DIRS"].flatMap { $0.isEmpty ? nil : $0 } ?? "/usr/local/share:/usr/share"
        for folder in data.split(separator: ":") where folder.hasPrefix("/") {
            places.append(Place(folder: folder + "/carryon/themes", origin: .shipped))
        }
        self.init(places: places)
    }

    /// The folders that a file is in, the nearest first and without the last slash.
    private static func foldersAbove(_ path: String) -> [String] {
        var parts = path.split(separator: "/")
        var folders: [String] = []
        while parts.popLast() != nil { folders.append(parts.map { "/" + $0 }.joined()) }
        return folders
    }
}

extension ThemeCatalog: ThemeSource {
    public var names: [String] { entries.map(\.name) }

    public func theme(named name: String) throws(ThemeUnavailable) -> Theme {
        do throws(ThemeProblem) {
            return try load(name)
        } catch {
            throw ThemeUnavailable(error.label)
        }
    }
}
