/// Where the screen gets its themes from.
public protocol ThemeSource: Sendable {
    /// The names of all themes, in the order of a list.
    var names: [String] { get }

    /// The theme of that name.
    func theme(named name: String) throws(ThemeUnavailable) -> Theme
}

/// Why a theme cannot be used.
public struct ThemeUnavailable: Error, Hashable, Sendable {
    /// One sentence.
    public var label: Label

    public init(_ label: Label) {
        self.label = label
    }
}

/// The theme that needs no file, and no other.
public struct BuiltInThemes: ThemeSource {
    public init() {}

    public var names: [String] { [Theme.terminalName] }

    public func theme(named name: String) throws(ThemeUnavailable) -> Theme {
        guard name == Theme.terminalName else {
            throw ThemeUnavailable("there is no theme called \"\(Label(sanitizing: String(name.prefix(60))))\"")
        }
        return .terminal
    }
}
