import TerminalUI
import TransferCore

/// Reads a theme file.
struct ThemeParser {
    private(set) var document: ThemeDocument
    private(set) var problems: [ThemeProblem] = []

    /// - Parameter file: What messages call the file.
    init(_ text: String, file: Label) {
        document = ThemeDocument(file: file)
        if let control = Self.controlCharacter(in: text) {
            error("control character \(SafeText(String(Character(control.scalar))))", control.position)
            return
        }
        do throws(TOMLSyntaxError) {
            parse(try TOMLParser.parse(text))
        } catch {
            self.error(error.message, error.position)
        }
    }

    /// TOML forbids them everywhere, and a person who looks at the file does not see them.
    private static func controlCharacter(
        in text: String
    ) -> (scalar: Unicode.Scalar, position: SourcePosition)? {
        var position = SourcePosition.start
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: position = SourcePosition(line: position.line + 1, column: 0)
            case 0x00...0x08, 0x0B, 0x0C, 0x0E...0x1F, 0x7F: return (scalar, position)
            default: break
            }
            position.column += 1
        }
        return nil
    }

    private mutating func parse(_ table: TOMLTable) {
        if table["schema"] == nil { error("schema = 1 is missing", .start) }
        for entry in table.entries {
            let node = entry.node
            switch entry.key.text {
            case "schema":
                if node.integer != ThemeDocument.schema {
                    error("the only schema there is so far is \(ThemeDocument.schema)", node.position)
                }
            case "name": document.name = word(node)?.text
            case "variant": parseVariant(node)
            case "inherits": document.inherits = word(node)
            case "palette": each(of: entry) { $0.parseColor($1) }
            case "roles": each(of: entry) { $0.parseRole($1) }
            case "ramps": each(of: entry) { $0.parseRamp($1) }
            case "glyphs": each(of: entry) { $0.parseGlyph($1) }
            default:
                warn(
                    "unknown key \(quoted(entry.key.text))"
                        + Suggestion.label(for: entry.key.text, among: ThemeDocument.keys), entry.key.position)
            }
        }
    }

    private mutating func each(of section: TOMLTable.Entry, _ parse: (inout ThemeParser, TOMLTable.Entry) -> Void) {
        guard let table = section.node.table else {
            let name = Label(sanitizing: section.key.text)
            return error("\(quoted(section.key.text)) must be a table: [\(name)]", section.key.position)
        }
        for entry in table.entries { parse(&self, entry) }
    }

    private mutating func parseVariant(_ node: TOMLNode) {
        guard let word = word(node) else { return }
        document.variant = Theme.Variant(rawValue: word.text)
        if document.variant == nil {
            let names = Theme.Variant.allCases.map(\.rawValue)
            error(
                "unknown variant \(quoted(word.text)): it is dark or light"
                    + Suggestion.label(for: word.text, among: names), word.position)
        }
    }

    private mutating func parseColor(_ entry: TOMLTable.Entry) {
        guard let word = colorWord(entry.node) else { return }
        guard let color = ThemeColor(word.text) else {
            return error(
                "unknown colour \(quoted(word.text))"
                    + Suggestion.label(for: word.text, among: ThemeColor.names + ["default"])
                    + ": a palette holds #rrggbb, names of terminal colours, and 0 to 255", word.position)
        }
        document.palette[entry.key.text] = color
    }
}

// MARK: - Roles, ramps and glyphs

extension ThemeParser {
    private mutating func parseRole(_ entry: TOMLTable.Entry) {
        let name = entry.key.text
        if name == ThemeDocument.backgroundKey {
            document.background = colorWord(entry.node)
            return
        }
        guard let role = Role(rawValue: name) else { return complainAboutRole(entry) }
        var look = ThemeDocument.RoleEntry(position: entry.key.position)
        defer { document.roles[role] = look }
        guard let table = entry.node.table else {
            look.foreground = colorWord(entry.node)
            return
        }
        for part in table.entries {
            switch part.key.text {
            case "fg": look.foreground = colorWord(part.node)
            case "bg": look.background = colorWord(part.node)
            case "attrs": look.attributes = attributes(part.node)
            case let other:
                warn(
                    "unknown part of a role \(quoted(other)): it has fg, bg and attrs"
                        + Suggestion.label(for: other, among: ["fg", "bg", "attrs"]), part.key.position)
            }
        }
    }

    private mutating func complainAboutRole(_ entry: TOMLTable.Entry) {
        let name = entry.key.text
        // Without quotation marks TOML takes the dot for one of its own.
        for inner in entry.node.table?.entries ?? [] where Role(rawValue: "\(name).\(inner.key.text)") != nil {
            return error(
                "write the role with quotation marks: \(quoted("\(name).\(inner.key.text)"))", entry.key.position)
        }
        let names = Role.allCases.map(\.rawValue) + [ThemeDocument.backgroundKey]
        warn("unknown role \(quoted(name))\(Suggestion.label(for: name, among: names))", entry.key.position)
    }

    private mutating func attributes(_ node: TOMLNode) -> Style.Attributes? {
        guard let list = node.list else {
            error("attrs must be a list, such as [\"bold\"]", node.position)
            return nil
        }
        var attributes: Style.Attributes = []
        for node in list {
            guard let word = word(node) else { continue }
            if let attribute = Style.Attributes(name: word.text) {
                attributes.insert(attribute)
            } else {
                let names = Style.Attributes.allNames
                error(
                    "unknown attribute \(quoted(word.text))\(Suggestion.label(for: word.text, among: names))",
                    word.position)
            }
        }
        return attributes
    }

    private mutating func parseRamp(_ entry: TOMLTable.Entry) {
        guard entry.key.text == "heat" else {
            let suggestion = Suggestion.label(for: entry.key.text, among: ["heat"])
            return warn("unknown ramp \(quoted(entry.key.text))\(suggestion)", entry.key.position)
        }
        guard let list = entry.node.list, list.count == Role.heat.count else {
            return error("heat must be a list of \(Role.heat.count) colours", entry.node.position)
        }
        for (role, node) in zip(Role.heat, list) {
            document.roles[role] = ThemeDocument.RoleEntry(position: node.position, foreground: colorWord(node))
        }
    }

    private mutating func parseGlyph(_ entry: TOMLTable.Entry) {
        let name = entry.key.text
        guard let role = Role(rawValue: name), Theme.rolesWithGlyph.contains(role) else {
            let suggestion = Suggestion.label(for: name, among: Theme.rolesWithGlyph.map(\.rawValue))
            return warn("there is no glyph \(quoted(name)) to choose\(suggestion)", entry.key.position)
        }
        guard let word = word(entry.node) else { return }
        guard word.text.count == 1, let glyph = word.text.first, SafeText(word.text).description == word.text,
            CellWidth.of(glyph) == 1
        else { return error("\(quoted(word.text)) is not one character of one column", word.position) }
        document.glyphs[role] = glyph
    }
}

// MARK: - Values and complaints

extension ThemeParser {
    private mutating func word(_ node: TOMLNode) -> ThemeDocument.Word? {
        guard let text = node.text else {
            error("this must be a text in quotation marks", node.position)
            return nil
        }
        return ThemeDocument.Word(text: text, position: node.position)
    }

    /// A colour may be a number too.
    private mutating func colorWord(_ node: TOMLNode) -> ThemeDocument.Word? {
        guard let number = node.integer else { return word(node) }
        return ThemeDocument.Word(text: String(number), position: node.position)
    }

    private func quoted(_ text: String) -> Label {
        "\"\(SafeText(String(text.prefix(60))))\""
    }

    private mutating func error(_ message: Label, _ position: SourcePosition) {
        problems.append(ThemeProblem(severity: .error, file: document.file, position: position, message: message))
    }

    private mutating func warn(_ message: Label, _ position: SourcePosition) {
        problems.append(ThemeProblem(severity: .warning, file: document.file, position: position, message: message))
    }
}
