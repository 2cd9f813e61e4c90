/// What a theme does that will be hard to see.
public struct ThemeFinding: Hashable, Sendable {
    /// Whose colour it is.
    public var role: Role
    public var message: Label
}

extension Theme {
    /// The least contrast of a chunk and the background: WCAG 2.1, success criterion 1.4.11.
    static let leastContrast = 3.0
    /// The least distance of the colours of two chunk states to people without receptors for green, in OKLab.
    static let leastDistance = 0.05

    /// Everything that will be hard to see, as far as it is known how the colours look.
    public var findings: [ThemeFinding] {
        contrastFindings + similarityFindings + rampFindings
    }

    private func foreground(_ role: Role) -> RGB? { looks[role]?.foreground.known }

    /// Whatever stands on a known background.
    private var contrastFindings: [ThemeFinding] {
        (Role.chunks + [.text]).compactMap { role in
            guard let background = (looks[role]?.background ?? background).known, let color = foreground(role)
            else { return nil }
            let contrast = color.contrast(with: background)
            guard contrast < Self.leastContrast else { return nil }
            return ThemeFinding(
                role: role,
                message: "contrast of \(role.label) and its background is \(Self.tenths(contrast)), less than 3")
        }
    }

    /// Pairs that look alike without receptors for green.
    private var similarityFindings: [ThemeFinding] {
        Role.chunks.indices.flatMap { index in
            Role.chunks[..<index].compactMap { other -> ThemeFinding? in
                let role = Role.chunks[index]
                guard let one = foreground(role), let two = foreground(other),
                    one.distanceInDeuteranopia(to: two) < Self.leastDistance
                else { return nil }
                return ThemeFinding(
                    role: role, message: "\(role.label) and \(other.label) look alike to people who do not see green")
            }
        }
    }

    /// Levels of heat that do not go one way, from dark to light or back.
    private var rampFindings: [ThemeFinding] {
        let lightness = Role.heat.compactMap { foreground($0)?.linear.lab.lightness }
        guard lightness.count == Role.heat.count else { return [] }
        let steps = zip(lightness.dropFirst(), lightness).map { $0 - $1 }
        guard !steps.allSatisfy({ $0 > 0 }), !steps.allSatisfy({ $0 < 0 }) else { return [] }
        return [ThemeFinding(role: .heat1, message: "the levels of heat do not get lighter, or darker, step by step")]
    }

    private static func tenths(_ value: Double) -> Label {
        // Down, so that what is too little never reads as enough.
        let tenths = Int(value * 10)
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension Role {
    /// Its name in theme files.
    public var label: Label { Label(sanitizing: rawValue) }
}
