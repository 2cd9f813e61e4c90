/// The colours of a picture: those of a theme, and for what a theme leaves to the terminal, those of a usual one.
struct PictureColors {
    let text: RGB
    let background: RGB
    private let theme: Theme

    init(_ theme: Theme) {
        self.theme = theme
        let isDark = theme.variant == .dark
        background = Self.rgb(theme.background) ?? (isDark ? RGB(0x1B, 0x1D, 0x23) : RGB(0xFA, 0xFA, 0xF7))
        text =
            theme.looks[.text].flatMap { Self.rgb($0.foreground) }
            ?? (isDark ? RGB(0xD6, 0xD9, 0xE0) : RGB(0x26, 0x28, 0x2E))
    }

    /// How a cell in `style` looks.
    func ink(of style: Style) -> Ink {
        let appearance = theme.appearance(of: style, colors: 1 << 24)
        var foreground = Self.rgb(appearance.foreground) ?? text
        var paper = Self.rgb(appearance.background) ?? background
        if appearance.attributes.contains(.dim) { foreground = foreground.mixed(with: paper, share: 0.4) }
        if appearance.attributes.contains(.reverse) { swap(&foreground, &paper) }
        return Ink(
            foreground: foreground, paper: paper == background ? nil : paper,
            isBold: appearance.attributes.contains(.bold), isUnderlined: appearance.attributes.contains(.underline))
    }

    private static func rgb(_ color: ThemeColor) -> RGB? {
        if case .indexed(let index) = color, index < 16 { return usual[Int(index)] }
        return color.known
    }

    /// The first sixteen colours, which every terminal has its own for: those of xterm's successors.
    private static let usual = [
        0x2E3436, 0xE05561, 0x8CC265, 0xD18F52, 0x4AA5F0, 0xC162DE, 0x42B3C2, 0xD7DAE0,
        0x7F848E, 0xFF616E, 0xA5E075, 0xF0A45D, 0x4DC4FF, 0xDE73FF, 0x4CD1E0, 0xFFFFFF,
    ].map { RGB(UInt8($0 >> 16), UInt8($0 >> 8 & 0xFF), UInt8($0 & 0xFF)) }
}

/// What a cell of a picture is drawn with.
struct Ink: Hashable {
    var foreground: RGB
    /// `nil` is the background of the picture.
    var paper: RGB?
    var isBold: Bool
    var isUnderlined: Bool
}

extension RGB {
    fileprivate func mixed(with other: RGB, share: Double) -> RGB {
        func mix(_ one: UInt8, _ two: UInt8) -> UInt8 { UInt8(Double(one) * (1 - share) + Double(two) * share) }
        return RGB(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
    }

    /// `#rrggbb`.
    var hex: String {
        let digits = String(UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue), radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.count) + digits
    }
}
