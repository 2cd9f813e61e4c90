/// A colour of the sRGB space, and what the eye makes of it.
public struct RGB: Hashable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// `#rrggbb`; `nil` if it is anything else.
    public init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 7, digits[0] == UInt8(ascii: "#"), digits.dropFirst().allSatisfy(Self.isHexDigit),
            let value = UInt32(hex.dropFirst(), radix: 16)
        else { return nil }
        self.init(UInt8(value >> 16), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF))
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        Unicode.Scalar(byte).properties.isASCIIHexDigit
    }

    /// The share of each primary in the light that a screen sends out, 0 to 1.
    var linear: LinearRGB {
        LinearRGB(red: Self.linear[Int(red)], green: Self.linear[Int(green)], blue: Self.linear[Int(blue)])
    }

    /// The contrast of two colours, from 1 (none) to 21 (black and white): WCAG 2.1, "contrast ratio".
    public func contrast(with other: RGB) -> Double {
        let (one, two) = (linear.luminance, other.linear.luminance)
        return (max(one, two) + 0.05) / (min(one, two) + 0.05)
    }

    /// How different two colours look: their distance in OKLab, where 0.02 can just be seen.
    public func distance(to other: RGB) -> Double {
        linear.lab.distance(to: other.linear.lab)
    }

    /// How different two colours look to people without the receptors for green.
    public func distanceInDeuteranopia(to other: RGB) -> Double {
        linear.inDeuteranopia.lab.distance(to: other.linear.inDeuteranopia.lab)
    }

    /// IEC 61966-2-1, the transfer function of sRGB.
    private static let linear: [Double] = (0...255).map { value in
        let share = Double(value) / 255
        guard share > 0.04045 else { return share / 12.92 }
        let base = (share + 0.055) / 1.055
        // base to the power of 2.4
        return base * base * Root.of(base * base, degree: 5)
    }
}

/// Amounts of light, each 0 to 1.
struct LinearRGB {
    var red: Double
    var green: Double
    var blue: Double

    /// How bright it looks, 0 to 1: WCAG 2.1, "relative luminance".
    var luminance: Double { 0.2126 * red + 0.7152 * green + 0.0722 * blue }

    /// What people without the receptors for green see.
    ///
    /// Machado, Oliveira and Fernandes: A Physiologically-based Model for Simulation of Color Vision Deficiency, IEEE
    /// Transactions on Visualization and Computer Graphics 15 (2009), table 1, deuteranomaly of severity 1.0.
    var inDeuteranopia: LinearRGB {
        func within(_ value: Double) -> Double { min(max(value, 0), 1) }
        return LinearRGB(
            red: within(0.367322 * red + 0.860646 * green - 0.227968 * blue),
            green: within(0.280085 * red + 0.672501 * green + 0.047413 * blue),
            blue: within(-0.011820 * red + 0.042940 * green + 0.968881 * blue))
    }

    /// Björn Ottosson: A perceptual color space for image processing (2020).
    var lab: OKLab {
        let long = Root.of(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue, degree: 3)
        let medium = Root.of(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue, degree: 3)
        let short = Root.of(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue, degree: 3)
        return OKLab(
            lightness: 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
            a: 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
            b: 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short)
    }
}

/// A colour in coordinates whose distances are those that the eye sees.
struct OKLab: Sendable {
    /// 0 to 1.
    var lightness: Double
    /// From green to red.
    var a: Double
    /// From blue to yellow.
    var b: Double

    /// How far from grey it is.
    var chroma: Double { (a * a + b * b).squareRoot() }

    func distance(to other: OKLab) -> Double {
        let (dl, da, db) = (lightness - other.lightness, a - other.a, b - other.b)
        return (dl * dl + da * da + db * db).squareRoot()
    }
}

/// Roots, which the standard library lacks: this target knows no other.
enum Root {
    /// The root of a number from 0 to 1, by Newton's method.
    static func of(_ value: Double, degree: Int) -> Double {
        guard value > 0 else { return 0 }
        var root = 1.0
        // From above every step comes closer, and then none does any more.
        while true {
            var power = 1.0
            for _ in 1..<degree { power *= root }
            let next = (Double(degree - 1) * root + value / power) / Double(degree)
            guard next < root else { return root }
            root = next
        }
    }
}
