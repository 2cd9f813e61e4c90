/// A colour as a theme names it.
public enum ThemeColor: Hashable, Sendable {
    /// Whatever the terminal draws with, or on, by itself.
    case terminalDefault
    /// One of the 256 colours of a terminal. The first sixteen look as the user wants them to, the others are known.
    case indexed(UInt8)
    case rgb(RGB)

    /// The names of the first sixteen colours, in their order.
    public static let names = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright-black", "bright-red",
        "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
    ]

    /// `default`, the name of one of sixteen colours, a number from 0 to 255, or `#rrggbb`; `nil` for anything else.
    public init?(_ text: String) {
        if text == "default" {
            self = .terminalDefault
        } else if let index = Self.names.firstIndex(of: text) {
            self = .indexed(UInt8(index))
        } else if let number = UInt8(text), text == String(number) {
            self = .indexed(number)
        } else if let rgb = RGB(hex: text) {
            self = .rgb(rgb)
        } else {
            return nil
        }
    }

    /// How it looks; `nil` if that is up to the terminal and its user.
    public var known: RGB? {
        switch self {
        case .terminalDefault: nil
        case .indexed(let index): index < 16 ? nil : XtermColors.all[Int(index)]
        case .rgb(let rgb): rgb
        }
    }

    /// How one of the 256 colours looks on most terminals.
    public static func usual(_ index: UInt8) -> RGB { XtermColors.all[Int(index)] }

    /// The nearest colour that a terminal with so many colours has.
    ///
    /// - Parameters:
    ///   - colors: 2²⁴ and more keep all colours; 256, 16 and 8 are the steps below.
    ///   - isNeutral: Whether black, grey or white will do, if there are only 16 or 8.
    public func reduced(to colors: Int, isNeutral: Bool = false) -> ThemeColor {
        let rgb: RGB
        switch self {
        case .terminalDefault:
            return self
        case .indexed(let index):
            if Int(index) < colors { return self }
            // The bright colours of a terminal that has only the dark ones.
            if index < 16 { return .indexed(index - 8) }
            rgb = XtermColors.all[Int(index)]
        case .rgb(let value):
            rgb = value
        }
        if colors >= 1 << 24 { return self }
        if colors >= 256 { return .indexed(XtermColors.nearest(to: rgb)) }
        return .indexed(XtermColors.nearest(to: rgb, ofFirst: colors >= 16 ? 16 : 8, isNeutral: isNeutral))
    }
}

/// The 256 colours as xterm has them from the start.
enum XtermColors {
    static let all: [RGB] = basic + cube + greys

    /// Of the first sixteen, which users change, these are the usual values.
    private static let basic: [RGB] = [
        RGB(0, 0, 0), RGB(205, 0, 0), RGB(0, 205, 0), RGB(205, 205, 0), RGB(0, 0, 238), RGB(205, 0, 205),
        RGB(0, 205, 205), RGB(229, 229, 229), RGB(127, 127, 127), RGB(255, 0, 0), RGB(0, 255, 0), RGB(255, 255, 0),
        RGB(92, 92, 255), RGB(255, 0, 255), RGB(0, 255, 255), RGB(255, 255, 255),
    ]

    private static let cube: [RGB] = (0..<216).map { index in
        func level(_ step: Int) -> UInt8 { step == 0 ? 0 : UInt8(55 + 40 * step) }
        return RGB(level(index / 36), level(index / 6 % 6), level(index % 6))
    }

    private static let greys: [RGB] = (0..<24).map { step in
        let level = UInt8(8 + 10 * step)
        return RGB(level, level, level)
    }

    private static let labs: [OKLab] = all.map(\.linear.lab)

    /// The nearest of all colours but the first sixteen: nobody knows how those look.
    static func nearest(to color: RGB) -> UInt8 {
        let lab = color.linear.lab
        let nearest = (16..<256).min { lab.distance(to: labs[$0]) < lab.distance(to: labs[$1]) }
        return UInt8(nearest ?? 0)
    }

    /// The colour of the first `count`, 8 or 16, that a color reminds of.
    ///
    /// By distance, pastels would all become white. What has a hue gets the colour of that hue instead, and only what
    /// has none, or is not to have one, becomes black, grey or white.
    static func nearest(to color: RGB, ofFirst count: Int, isNeutral: Bool) -> UInt8 {
        let lab = color.linear.lab
        let hasHue = !isNeutral && lab.chroma >= leastChroma
        let candidates = (0..<count).filter { (labs[$0].chroma >= leastChroma) == hasHue }
        func difference(_ index: Int) -> Double {
            let other = labs[index]
            let lightness = lab.lightness - other.lightness
            guard hasHue else { return lightness * lightness }
            // 0 for the same hue, 2 for the opposite one.
            let hue = 1 - (lab.a * other.a + lab.b * other.b) / (lab.chroma * other.chroma)
            return hue + lightness * lightness / 2
        }
        let nearest = candidates.min { difference($0) < difference($1) }
        // Without a bright blue, a light one is better off as cyan: the dark one can hardly be read on black.
        return nearest == 4 && count < 16 && lab.lightness > 0.6 ? 6 : UInt8(nearest ?? 0)
    }

    /// What has less of it than this looks grey beside others.
    private static let leastChroma = 0.055
}
