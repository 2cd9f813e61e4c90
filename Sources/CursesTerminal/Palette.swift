import CNcurses
import TerminalUI

/// The colours of the roles: those that the user chose for the terminal, on the terminal's own background.
struct Palette {
    /// The colours of the terminal; 0 if none are used.
    let colors: Int
    private let pairs: [Role: Int16]

    init(useColors: Bool) {
        guard useColors, has_colors(), start_color() == OK else {
            colors = 0
            pairs = [:]
            return
        }
        let hasDefaults = use_default_colors() == OK
        let available = Int(carryon_colors())
        var pairs: [Role: Int16] = [:]
        for (index, role) in Role.allCases.enumerated() {
            guard let color = Self.color(of: role, available: available) else { continue }
            let pair = Int16(index + 1)
            if init_pair(pair, color, hasDefaults ? -1 : Int16(COLOR_BLACK)) == OK { pairs[role] = pair }
        }
        self.pairs = pairs
        colors = available
    }

    /// The number of the colour pair; 0 is the terminal's default.
    func pair(of role: Role) -> Int16 { pairs[role] ?? 0 }

    func attributes(of style: Style) -> attr_t {
        var result: attr_t = 0
        if style.attributes.contains(.bold) { result |= carryon_bold() }
        if style.attributes.contains(.dim) { result |= carryon_dim() }
        if style.attributes.contains(.underline) { result |= carryon_underline() }
        if style.attributes.contains(.reverse) { result |= carryon_reverse() }
        return result
    }

    /// `nil` keeps the colour of ordinary text.
    private static func color(of role: Role, available: Int) -> Int16? {
        switch role {
        case .text, .muted, .border, .selection, .chunkPending: nil
        case .accent, .borderFocus, .key, .rateDown, .rateUp, .cursor: Int16(COLOR_CYAN)
        case .success, .chunkSafe, .chunkSkipped: Int16(COLOR_GREEN)
        case .warning, .chunkRetry: Int16(COLOR_YELLOW)
        case .error, .chunkFailed: Int16(COLOR_RED)
        // The dark blue of many terminals can hardly be read on black.
        case .chunkFilling: available >= 16 ? 12 : Int16(COLOR_BLUE)
        case .chunkVerifying: Int16(COLOR_MAGENTA)
        case .heat1: available >= 256 ? 60 : Int16(COLOR_BLUE)
        case .heat2: available >= 256 ? 66 : Int16(COLOR_BLUE)
        case .heat3: available >= 256 ? 108 : Int16(COLOR_CYAN)
        case .heat4: available >= 256 ? 179 : Int16(COLOR_YELLOW)
        case .heat5: available >= 256 ? 228 : Int16(COLOR_YELLOW)
        case .chunkRefetch: available >= 256 ? 208 : Int16(COLOR_YELLOW)
        }
    }
}
