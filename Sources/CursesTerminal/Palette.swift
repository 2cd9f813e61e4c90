import CNcurses
import TerminalUI

/// What curses draws the styles of a theme with: attributes and numbered pairs of colours.
///
/// With as many colours as the terminal's description offers. All of them (2²⁴) are there only if the description says
/// so, as those of the kind `xterm-direct` do. `COLORTERM=truecolor` cannot help: what such a terminal would have to be
/// sent is not in its description, curses sends nothing else, and to redefine the 256 colours that are there
/// (`can_change_color`) would change them for the shell and other panes too. The nearest of the 256 differs little.
final class Palette {
    /// The colours of the terminal; 0 if none are used.
    let colors: Int
    private let hasDefaults: Bool
    private var theme = Theme.terminal
    private var pens: [Style: Pen] = [:]
    private var pairs: [Colors: Int32] = [:]

    /// How one style is drawn.
    struct Pen {
        let attributes: attr_t
        /// The number of the colour pair; 0 is the terminal's default.
        let pair: Int16
    }

    /// A foreground and a background as curses numbers them; -1 is the terminal's own.
    private struct Colors: Hashable {
        let foreground: Int32
        let background: Int32
    }

    init(useColors: Bool) {
        guard useColors, has_colors(), start_color() == OK else {
            colors = 0
            hasDefaults = false
            return
        }
        hasDefaults = use_default_colors() == OK
        colors = Int(carryon_colors())
    }

    /// Draws with another theme from now on; what is on the screen has to be painted anew.
    func use(_ theme: Theme) {
        self.theme = theme
        pens = [:]
        pairs = [:]
        if colors > 0 { reset_color_pairs() }
    }

    func pen(for style: Style) -> Pen {
        if let pen = pens[style] { return pen }
        let appearance = theme.appearance(of: style, colors: colors)
        let pen = Pen(attributes: Self.attributes(appearance.attributes), pair: pair(of: appearance))
        pens[style] = pen
        return pen
    }

    func pair(of appearance: Appearance) -> Int16 {
        guard colors > 0 else { return 0 }
        let wanted = Colors(
            foreground: number(of: appearance.foreground, otherwise: Int32(COLOR_WHITE)),
            background: number(of: appearance.background, otherwise: Int32(COLOR_BLACK)))
        if wanted == Colors(foreground: -1, background: -1) { return 0 }
        if let pair = pairs[wanted] { return Int16(pair) }
        let next = Int32(pairs.count + 1)
        // A cell holds the number in 16 bits.
        guard next < min(carryon_color_pairs(), Int32(Int16.max)),
            init_extended_pair(next, wanted.foreground, wanted.background) == OK
        else { return substitute(for: wanted) }
        pairs[wanted] = next
        return Int16(next)
    }

    /// There are no more pairs: one with the same background at least, so that nothing gets holes.
    private func substitute(for wanted: Colors) -> Int16 {
        let pair = pairs.filter { $0.key.background == wanted.background }.map(\.value).min()
        return Int16(pair ?? 0)
    }

    private func number(of color: ThemeColor, otherwise: Int32) -> Int32 {
        switch color {
        case .terminalDefault:
            return hasDefaults ? -1 : otherwise
        case .indexed(let index):
            // Where a number is a mix of red, green and blue, only the first eight are names.
            guard colors >= 1 << 24, index >= 8 else { return Int32(index) }
            return Self.mix(ThemeColor.usual(index))
        case .rgb(let rgb):
            return Self.mix(rgb)
        }
    }

    private static func mix(_ rgb: RGB) -> Int32 {
        max(8, Int32(rgb.red) << 16 | Int32(rgb.green) << 8 | Int32(rgb.blue))
    }

    private static func attributes(_ attributes: Style.Attributes) -> attr_t {
        var result: attr_t = 0
        if attributes.contains(.bold) { result |= carryon_bold() }
        if attributes.contains(.dim) { result |= carryon_dim() }
        if attributes.contains(.underline) { result |= carryon_underline() }
        if attributes.contains(.reverse) { result |= carryon_reverse() }
        return result
    }
}
