/// Which characters the terminal can show.
public enum GlyphSet: String, Sendable, CaseIterable {
    /// Everything.
    case utf8
    /// UTF-8, drawn with the 256 or 512 shapes of a text console.
    case cp437
    /// Nothing but ASCII.
    case ascii

    /// What to draw instead of `piece` where the set lacks it.
    ///
    /// Screens are written with the UTF-8 characters; here is the only place that knows the poorer ones.
    func drawable(_ piece: String, width: Int) -> String {
        if self == .utf8 || piece.utf8.count == 1 { return piece }
        if self == .cp437 { return Self.console[piece] ?? piece }
        return Self.plain[piece] ?? (width == 1 ? "?" : "??")
    }

    private static let console = ["…": "~", "▌": ">", "▍": ">", "›": ">", "✓": "√", "▁": "_", "▂": "_", "▃": "-"]

    private static let plain = [
        "…": "~", "—": "-", "–": "-", "·": "-", "›": ">", "▌": ">", "✓": "*", "×": "x", "→": ">", "←": "<",
        "↓": "v", "↑": "^", "─": "-", "│": "|", "┌": "+", "┐": "+", "└": "+", "┘": "+",
        "▁": "_", "▂": "_", "▃": "-", "▄": "-", "▅": "=", "▆": "=", "▇": "#", "█": "#",
    ]
}

/// What this terminal can do.
public struct Capabilities: Hashable, Sendable {
    public var glyphs: GlyphSet
    /// 0 without colours.
    public var colors: Int
    /// What a theme draws chunks with in place of the usual characters, where the terminal can show everything.
    public var chunkGlyphs: [Role: Character]

    public init(glyphs: GlyphSet = .utf8, colors: Int = 8, chunkGlyphs: [Role: Character] = [:]) {
        self.glyphs = glyphs
        self.colors = colors
        self.chunkGlyphs = chunkGlyphs
    }
}
