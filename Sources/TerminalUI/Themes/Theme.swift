/// What the screen looks like: the colours and attributes of all roles, and some glyphs.
public struct Theme: Hashable, Sendable {
    /// What kind of background it is made for.
    public enum Variant: String, Sendable, CaseIterable {
        case dark
        case light
    }

    /// How one role is drawn.
    public struct Look: Hashable, Sendable {
        public var foreground: ThemeColor
        /// `nil` is the background of the theme.
        public var background: ThemeColor?
        /// In place of ``Role/attributes``; `nil` keeps those.
        public var attributes: Style.Attributes?

        public init(
            _ foreground: ThemeColor, on background: ThemeColor? = nil, attributes: Style.Attributes? = nil
        ) {
            self.foreground = foreground
            self.background = background
            self.attributes = attributes
        }
    }

    /// What people call it.
    public var name: Label
    public var variant: Variant
    /// What everything stands on.
    public var background: ThemeColor
    /// The roles that look like something; all others look like text on the background.
    public var looks: [Role: Look]
    /// What chunks in a state are drawn with, each one column wide, where the terminal can draw everything.
    public var glyphs: [Role: Character]

    public init(
        name: Label, variant: Variant = .dark, background: ThemeColor = .terminalDefault, looks: [Role: Look] = [:],
        glyphs: [Role: Character] = [:]
    ) {
        self.name = name
        self.variant = variant
        self.background = background
        self.looks = looks
        self.glyphs = glyphs
    }

    /// The roles whose glyph a theme may choose: those that one character stands for.
    public static let rolesWithGlyph: [Role] = [
        .chunkPending, .chunkSafe, .chunkVerifying, .chunkRefetch, .chunkSkipped, .chunkFailed,
    ]

    /// What a cell in `style` is drawn with, on a terminal with so many colours.
    public func appearance(of style: Style, colors: Int) -> Appearance {
        let look = looks[style.role]
        guard colors > 0 else {
            // The attributes alone tell the states apart.
            return Appearance(attributes: style.attributes.union(look?.attributes ?? []))
        }
        var attributes = style.attributes
        if let own = look?.attributes {
            attributes = attributes.subtracting(style.role.attributes).union(own)
        } else if let look, look.foreground != .terminalDefault {
            // Dim is for want of a darker colour.
            attributes.remove(.dim)
        }
        let text = (looks[.text]?.foreground ?? .terminalDefault).reduced(to: colors, isNeutral: true)
        var foreground = look.map { $0.foreground.reduced(to: colors, isNeutral: style.role.isNeutral) } ?? text
        let ground = (style.isSelected ? looks[.selection]?.background : nil) ?? background
        let background = (look?.background ?? ground).reduced(to: colors, isNeutral: true)
        // Colours that were different may have become one.
        if foreground == background && foreground != .terminalDefault { foreground = text }
        return Appearance(foreground: foreground, background: background, attributes: attributes)
    }
}

/// What a terminal is asked for.
public struct Appearance: Hashable, Sendable {
    public var foreground: ThemeColor
    public var background: ThemeColor
    public var attributes: Style.Attributes

    public init(
        foreground: ThemeColor = .terminalDefault, background: ThemeColor = .terminalDefault,
        attributes: Style.Attributes = []
    ) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }
}

extension Theme {
    /// The name of ``terminal``.
    public static let terminalName = "terminal"

    /// The colours that the user chose for the terminal, on its own background.
    ///
    /// It is built in, so that there always is a theme; `themes/terminal.toml` says the same.
    public static let terminal: Theme = {
        let cyan = Look(.indexed(6))
        let green = Look(.indexed(2))
        let yellow = Look(.indexed(3))
        let red = Look(.indexed(1))
        return Theme(
            name: "Terminal",
            looks: [
                .accent: cyan, .borderFocus: cyan, .key: cyan, .rateDown: cyan, .rateUp: cyan, .cursor: cyan,
                .success: green, .chunkSafe: green, .chunkSkipped: Look(.indexed(2), attributes: .dim),
                .warning: yellow, .chunkRetry: yellow,
                .error: red, .chunkFailed: red,
                // The dark blue of many terminals can hardly be read on black.
                .chunkFilling: Look(.indexed(12)),
                .chunkVerifying: Look(.indexed(5)),
                .chunkRefetch: Look(.indexed(208)),
                .heat1: Look(.indexed(60)), .heat2: Look(.indexed(66)), .heat3: Look(.indexed(108)),
                .heat4: Look(.indexed(179)), .heat5: Look(.indexed(228)),
            ])
    }()
}
