import FoundationEssentials
import TerminalUI
import TransferCore

/// The themes that there are, by the folders that they are in.
public struct ThemeCatalog: Sendable {
    /// A folder of theme files.
    public struct Place: Hashable, Sendable {
        public enum Origin: String, Sendable {
            case user
            case shipped
        }

        public var folder: String
        public var origin: Origin

        public init(folder: String, origin: Origin) {
            self.folder = folder
            self.origin = origin
        }
    }

    /// A theme that can be asked for by name.
    public struct Entry: Hashable, Sendable {
        public var name: String
        /// `nil` if it is built in.
        public var path: String?
        public var origin: Place.Origin
    }

    /// A theme in an earlier place hides those of the same name in later ones.
    public let places: [Place]

    public init(places: [Place]) {
        self.places = places
    }

    /// All themes: the built-in one first, the others by name.
    public var entries: [Entry] {
        var found: [String: Entry] = [:]
        for place in places.reversed() {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: place.folder)) ?? []
            for file in files where file.hasSuffix(Self.suffix) {
                let name = String(file.dropLast(Self.suffix.count))
                guard Self.isName(name) else { continue }
                found[name] = Entry(name: name, path: place.folder + "/" + file, origin: place.origin)
            }
        }
        let builtIn =
            found.removeValue(forKey: Theme.terminalName)
            ?? Entry(name: Theme.terminalName, path: nil, origin: .shipped)
        return [builtIn] + found.values.sorted { $0.name < $1.name }
    }

    /// Reads a theme.
    ///
    /// - Parameter name: The name of a theme, or the path of a file if there is a slash in it.
    /// - Throws: The first thing that is wrong with it.
    public func load(_ name: String) throws(ThemeProblem) -> Theme {
        guard let path = name.contains("/") ? name : path(of: name) else {
            if name == Theme.terminalName { return .terminal }
            let suggestion = Suggestion.label(for: name, among: entries.map(\.name))
            throw ThemeProblem(
                severity: .error, file: "theme \"\(SafeText(String(name.prefix(60))))\"",
                message: "there is none of that name\(suggestion)")
        }
        let report = check(path)
        guard let theme = report.theme else {
            throw report.errors.first
                ?? ThemeProblem(severity: .error, file: Label(sanitizing: path), message: "cannot be used")
        }
        return theme
    }

    /// Reads the theme file at `path` and tells everything that there is to say about it.
    public func check(_ path: String) -> ThemeReport {
        ThemeBuilder(find: { self.path(of: $0) }, names: entries.map(\.name)).report(path: path)
    }

    /// The file of the theme of that name.
    private func path(of name: String) -> String? {
        guard Self.isName(name) else { return nil }
        return places.lazy.map { $0.folder + "/" + name + Self.suffix }.first {
            FileManager.default.fileExists(atPath: $0)
        }
    }

    private static let suffix = ".toml"

    /// Nothing that leads out of a folder, or that nobody could type.
    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64 && !name.hasPrefix(".") && !name.contains("/")
            && !name.unicodeScalars.contains { $0.value < 0x20 }
    }
}
