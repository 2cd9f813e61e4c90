import TerminalUI
import ThemeFiles
import TransferCore

/// A theme as `theme list` shows it. The names of its fields are a promise to scripts.
struct ListedTheme: Encodable {
    /// What it is chosen by.
    let name: String
    let title: String?
    let variant: String?
    /// `nil` if it is built in.
    let path: String?
    let origin: String
    /// Why it cannot be used.
    let error: String?

    init(_ entry: ThemeCatalog.Entry, in catalog: ThemeCatalog) {
        name = SafeText(entry.name).description
        path = entry.path.map { SafeText($0).description }
        origin = entry.path == nil ? "built-in" : entry.origin.rawValue
        do throws(ThemeProblem) {
            let theme = try catalog.load(entry.name)
            title = theme.name.description
            variant = theme.variant.rawValue
            error = nil
        } catch {
            title = nil
            variant = nil
            self.error = error.description
        }
    }

    private enum Key: String, CodingKey {
        case name, title, variant, path, origin, error
    }

    /// Every field is always there; what is not known is `null`.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(title, forKey: .title)
        try container.encode(variant, forKey: .variant)
        try container.encode(path, forKey: .path)
        try container.encode(origin, forKey: .origin)
        try container.encode(error, forKey: .error)
    }

    /// For people.
    var row: [String] {
        [name, title ?? "-", variant ?? "-", error.map { "cannot be used: \($0)" } ?? path ?? "built in"]
    }
}
