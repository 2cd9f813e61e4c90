import TerminalUI

/// What a theme file says, before the names in it are looked up.
struct ThemeDocument {
    /// Text from the file, and where it stands there.
    struct Word {
        var text: String
        var position: SourcePosition
    }

    /// What is said about a role.
    struct RoleEntry {
        var position: SourcePosition
        var foreground: Word?
        var background: Word?
        var attributes: Style.Attributes?
    }

    /// The file as it was named, made safe.
    let file: Label
    var name: String?
    var variant: Theme.Variant?
    var inherits: Word?
    var palette: [String: ThemeColor] = [:]
    var background: Word?
    var roles: [Role: RoleEntry] = [:]
    var glyphs: [Role: Character] = [:]

    /// The versions of the format that are understood.
    static let schema = 1

    /// What can stand at the top.
    static let keys = ["schema", "name", "variant", "inherits", "palette", "roles", "ramps", "glyphs"]

    /// A colour that is no role: what everything stands on.
    static let backgroundKey = "background"
}
