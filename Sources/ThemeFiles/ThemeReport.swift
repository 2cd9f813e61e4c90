import TerminalUI

/// What came of reading a theme file.
public struct ThemeReport: Sendable {
    /// `nil` if there are errors.
    public var theme: Theme?
    /// Errors, warnings and what will be hard to see, in the order of their positions.
    public var problems: [ThemeProblem]

    /// The problems that keep the theme from being used.
    public var errors: [ThemeProblem] { problems.filter { $0.severity == .error } }
}

/// Puts a theme together from its file and those that it inherits from.
struct ThemeBuilder {
    /// Finds a theme by name.
    let find: (String) -> String?
    /// The names of all themes, for suggestions.
    let names: [String]

    /// A theme may inherit from one that inherits, and so on, this often.
    static let deepest = 4

    func report(path: String) -> ThemeReport {
        var chain: [ThemeDocument] = []
        var problems: [ThemeProblem] = []
        var paths: [String] = []
        var next: String? = path
        while let path = next {
            next = nil
            do throws(ThemeProblem) {
                let parser = ThemeParser(try ThemeReader.read(path).text, file: Label(sanitizing: path))
                // The warnings of other files are for those who check them.
                problems += parser.problems.filter { chain.isEmpty || $0.severity == .error }
                chain.append(parser.document)
                paths.append(path)
                next = try parent(of: parser.document, paths: paths)
            } catch {
                problems.append(error)
            }
        }
        let theme = theme(chain, &problems)
        if let own = chain.first, let theme, !problems.contains(where: { $0.severity == .error }) {
            problems += theme.findings.map { finding in
                ThemeProblem(
                    severity: .warning, file: own.file, position: own.roles[finding.role]?.position ?? .start,
                    message: finding.message)
            }
        }
        problems.sort { ($0.position ?? .start) < ($1.position ?? .start) }
        let isBroken = problems.contains { $0.severity == .error }
        return ThemeReport(theme: isBroken ? nil : theme, problems: problems)
    }

    /// The file of the theme that `document` inherits from.
    private func parent(of document: ThemeDocument, paths: [String]) throws(ThemeProblem) -> String? {
        guard let word = document.inherits else { return nil }
        func problem(_ message: Label) -> ThemeProblem {
            ThemeProblem(severity: .error, file: document.file, position: word.position, message: message)
        }
        guard let path = find(word.text) else {
            // It needs no file.
            if word.text == Theme.terminalName { return nil }
            let name = Label(sanitizing: String(word.text.prefix(60)))
            throw problem("unknown theme \"\(name)\"\(Suggestion.label(for: word.text, among: names))")
        }
        if paths.contains(path) { throw problem("the theme inherits from itself") }
        if paths.count > Self.deepest { throw problem("inherits more than \(Self.deepest) levels deep") }
        return path
    }

    /// - Parameter chain: The documents, each followed by the one that it inherits from.
    private func theme(_ chain: [ThemeDocument], _ problems: inout [ThemeProblem]) -> Theme? {
        guard let own = chain.first else { return nil }
        // A palette is inherited too, so that a theme can be changed by a colour.
        let palette = chain.reduce(into: [String: ThemeColor]()) { $0.merge($1.palette) { own, _ in own } }
        var theme = Theme.terminal
        theme.name = Label(sanitizing: String((own.name ?? own.file.description).prefix(40)))
        for document in chain.reversed() {
            func color(_ word: ThemeDocument.Word) -> ThemeColor {
                if let color = palette[word.text] ?? ThemeColor(word.text) { return color }
                let words = palette.keys.sorted() + ThemeColor.names + ["default"]
                let name = Label(sanitizing: String(word.text.prefix(60)))
                problems.append(
                    ThemeProblem(
                        severity: .error, file: document.file, position: word.position,
                        message: "unknown colour \"\(name)\"\(Suggestion.label(for: word.text, among: words))"))
                return .terminalDefault
            }
            if let variant = document.variant { theme.variant = variant }
            if let background = document.background { theme.background = color(background) }
            theme.glyphs.merge(document.glyphs) { $1 }
            for (role, entry) in document.roles {
                theme.looks[role] = Theme.Look(
                    entry.foreground.map(color) ?? .terminalDefault, on: entry.background.map(color),
                    attributes: entry.attributes)
            }
        }
        return theme
    }
}
