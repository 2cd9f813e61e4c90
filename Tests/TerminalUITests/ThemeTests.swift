import Testing

@testable import TerminalUI

/// Colours as the eye and the terminal see them.
@Suite struct ColorTests {
    @Test func coloursAreReadFromTheirNames() {
        #expect(ThemeColor("default") == .terminalDefault)
        #expect(ThemeColor("red") == .indexed(1))
        #expect(ThemeColor("bright-white") == .indexed(15))
        #expect(ThemeColor("208") == .indexed(208))
        #expect(ThemeColor("#0Aff80") == .rgb(RGB(0x0A, 0xFF, 0x80)))
        for text in ["", "256", "-1", "+1", "01", "#fff", "#gggggg", "#+12345", "#1234567", "Red", "#１２３４５６"] {
            #expect(ThemeColor(text) == nil, "\(text)")
        }
    }

    @Test func contrastIsThatOfTheStandard() {
        let (black, white) = (RGB(0, 0, 0), RGB(255, 255, 255))
        #expect(abs(black.contrast(with: white) - 21) < 1e-9)
        #expect(abs(white.contrast(with: black) - 21) < 1e-9)
        #expect(abs(white.contrast(with: white) - 1) < 1e-9)
        // The grey that every guide names as the lightest for text on white.
        #expect(abs(RGB(0x76, 0x76, 0x76).contrast(with: white) - 4.54) < 0.005)
    }

    @Test func coordinatesAreThoseOfThePublication() {
        let lab = RGB(255, 0, 0).linear.lab
        #expect(abs(lab.lightness - 0.62796) < 1e-4)
        #expect(abs(lab.a - 0.22486) < 1e-4)
        #expect(abs(lab.b - 0.12585) < 1e-4)
        #expect(abs(RGB(255, 255, 255).linear.lab.lightness - 1) < 1e-4)
    }

    @Test func redAndGreenLookAlikeWithoutReceptorsForGreen() {
        let (red, green, blue) = (RGB(0xA0, 0x55, 0x20), RGB(0x60, 0x70, 0x20), RGB(0x20, 0x50, 0xC0))
        #expect(red.distance(to: green) > 0.1)
        #expect(red.distanceInDeuteranopia(to: green) < 0.05)
        #expect(red.distanceInDeuteranopia(to: blue) > 0.2)
        #expect(red.distanceInDeuteranopia(to: red) == 0)
    }

    @Test func rootsAreRight() {
        for value in stride(from: 0.0, through: 1, by: 0.01) {
            for degree in [3, 5] {
                let root = Root.of(value, degree: degree)
                let power = (0..<degree).reduce(1.0) { power, _ in power * root }
                #expect(abs(power - value) < 1e-12)
            }
        }
    }

    @Test func xtermColoursAreReducedToThemselves() {
        for index in 16..<256 {
            let nearest = ThemeColor.rgb(XtermColors.all[index]).reduced(to: 256)
            // Some greys are there twice.
            #expect(nearest.known == XtermColors.all[index])
        }
    }

    @Test func coloursAreReducedStepByStep() {
        let orange = ThemeColor.rgb(RGB(0xFF, 0x87, 0x00))
        #expect(orange.reduced(to: 1 << 24) == orange)
        #expect(orange.reduced(to: 256) == .indexed(208))
        #expect(ThemeColor.indexed(208).reduced(to: 256) == .indexed(208))
        #expect(ThemeColor.indexed(208).reduced(to: 16) == .indexed(9))
        #expect(ThemeColor.indexed(208).reduced(to: 8) == .indexed(1))
        #expect(ThemeColor.indexed(12).reduced(to: 16) == .indexed(12))
        #expect(ThemeColor.indexed(12).reduced(to: 8) == .indexed(4))
        #expect(ThemeColor.terminalDefault.reduced(to: 8) == .terminalDefault)
    }

    @Test func textNeedsNoHue() {
        let blueish = ThemeColor.rgb(RGB(0xC0, 0xCA, 0xF5))
        #expect(blueish.reduced(to: 16) == .indexed(12))
        // The blue of eight colours is too dark for what is light.
        #expect(blueish.reduced(to: 8) == .indexed(6))
        #expect(ThemeColor.rgb(RGB(0x1E, 0x40, 0xC0)).reduced(to: 8) == .indexed(4))
        #expect(blueish.reduced(to: 8, isNeutral: true) == .indexed(7))
    }

    /// Pastel colours keep their hue where there are only strong ones, rather than all become white.
    @Test(arguments: [
        ("#a6e3a1", [2, 10]), ("#f38ba8", [1, 9]), ("#89b4fa", [4, 12]), ("#f9e2af", [3, 11]),
        ("#1e1e2e", [0]), ("#eff1f5", [7, 15]), ("#7f849c", [8, 7]),
    ])
    func pastelsKeepTheirHue(hex: String, indices: [UInt8]) throws {
        let color = ThemeColor.rgb(try #require(RGB(hex: hex))).reduced(to: 16)
        #expect(indices.contains { color == .indexed($0) }, "\(color)")
    }
}

/// What themes make of roles.
@Suite struct ThemeTests {
    private let red = ThemeColor.rgb(RGB(200, 0, 0))

    @Test func theTerminalThemeLeavesTextAlone() {
        for style in [Style.text, .bold, .muted, .border, .selection] {
            let appearance = Theme.terminal.appearance(of: style, colors: 256)
            #expect(appearance == Appearance(attributes: style.attributes))
        }
        let skipped = Theme.terminal.appearance(of: Style(.chunkSkipped, .dim), colors: 256)
        #expect(skipped == Appearance(foreground: .indexed(2), attributes: .dim))
        let failed = Theme.terminal.appearance(of: Style(.chunkFailed, .reverse), colors: 8)
        #expect(failed == Appearance(foreground: .indexed(1), attributes: .reverse))
        let filling = Theme.terminal.appearance(of: Style(.chunkFilling, .bold), colors: 8)
        #expect(filling == Appearance(foreground: .indexed(4), attributes: .bold))
    }

    @Test func aColourTakesThePlaceOfDim() {
        let theme = Theme(name: "x", looks: [.muted: .init(red)])
        #expect(theme.appearance(of: .muted, colors: 1 << 24) == Appearance(foreground: red))
    }

    @Test func attributesOfTheThemeTakeThePlaceOfTheUsualOnes() {
        let theme = Theme(name: "x", looks: [.chunkFailed: .init(red, attributes: .underline)])
        let failed = theme.appearance(of: Style(.chunkFailed, .reverse), colors: 1 << 24)
        #expect(failed == Appearance(foreground: red, attributes: .underline))
        // What the screen adds for a reason of its own stays.
        let loud = theme.appearance(of: Style(.chunkFailed, [.reverse, .bold]), colors: 1 << 24)
        #expect(loud.attributes == [.underline, .bold])
    }

    @Test func withoutColoursAllAttributesStay() {
        let theme = Theme(
            name: "x", background: red, looks: [.muted: .init(red), .chunkFailed: .init(red, attributes: .underline)])
        #expect(theme.appearance(of: .muted, colors: 0) == Appearance(attributes: .dim))
        let failed = theme.appearance(of: Style(.chunkFailed, .reverse), colors: 0)
        #expect(failed == Appearance(attributes: [.reverse, .underline]))
    }

    @Test func everythingStandsOnTheBackground() {
        let blue = ThemeColor.rgb(RGB(0, 0, 80))
        let theme = Theme(name: "x", background: blue, looks: [.key: .init(red, on: .indexed(7))])
        for role in Role.allCases where role != .key {
            #expect(theme.appearance(of: Style(role), colors: 1 << 24).background == blue)
        }
        #expect(theme.appearance(of: .key, colors: 1 << 24).background == .indexed(7))
    }

    @Test func theLineUnderTheCursorHasTheBackgroundOfTheSelection() {
        let (blue, grey) = (ThemeColor.rgb(RGB(0, 0, 80)), ThemeColor.rgb(RGB(80, 80, 80)))
        let theme = Theme(
            name: "x", background: blue, looks: [.selection: .init(red, on: grey), .key: .init(red, on: .indexed(7))])
        var style = Style(.chunkSafe)
        style.isSelected = true
        #expect(theme.appearance(of: style, colors: 1 << 24).background == grey)
        style.role = .key
        #expect(theme.appearance(of: style, colors: 1 << 24).background == .indexed(7))
        style.role = .muted
        #expect(Theme.terminal.appearance(of: style, colors: 256).background == .terminalDefault)
    }

    /// Whatever the theme, the list and the other lists mark the whole line.
    @Test(arguments: [Fixtures.wide, Fixtures.standard, Fixtures.small])
    func exactlyOneLineIsUnderTheCursor(size: Size) {
        let frame = render(Fixtures.state(Fixtures.queue, size: size), size: size, capabilities: Capabilities())
        let rows = (0..<size.rows).filter { row in frame[row].contains { $0.style.isSelected } }
        #expect(rows.count == 1)
        #expect(rows.allSatisfy { row in frame[row].allSatisfy(\.style.isSelected) })
    }

    @Test func chunksAreDrawnWithTheCharactersOfTheTheme() {
        let size = Fixtures.wide
        let state = Fixtures.state(Fixtures.queue, size: size)
        let usual = render(state, size: size, capabilities: Capabilities())
        let frame = render(
            state, size: size,
            capabilities: Capabilities(chunkGlyphs: [.chunkSafe: "▓", .chunkVerifying: "v", .chunkFailed: "X"]))
        let changes = ["█": "▓", "◇": "v", "×": "X"]
        var changed: Set<String> = []
        for row in 0..<size.rows {
            for (old, new) in zip(usual[row], frame[row]) {
                #expect(old.style == new.style)
                let isChunk = [.chunkSafe, .chunkVerifying, .chunkFailed].contains(old.style.role)
                #expect(new.text == (isChunk ? changes[old.text] ?? old.text : old.text))
                if new.text != old.text { changed.insert(new.text) }
            }
        }
        #expect(changed == ["▓", "v", "X"])
    }

    /// Two greys of a theme may be one of eight colours.
    @Test func nothingIsDrawnInTheColourOfItsBackground() {
        let white = ThemeColor.rgb(RGB(255, 255, 255))
        let theme = Theme(
            name: "x", background: .rgb(RGB(10, 10, 10)),
            looks: [.text: .init(white), .muted: .init(.rgb(RGB(40, 40, 40)))])
        let muted = theme.appearance(of: .muted, colors: 8)
        #expect(muted.background == .indexed(0))
        #expect(muted.foreground == .indexed(7))
    }

    /// The table of usual attributes and what chunks are drawn with say the same.
    @Test func chunksAreDrawnWithTheirUsualAttributes() {
        let faces: [ChunkFace] = [
            .pending(isMoving: false), .filling(eighths: 3, isMoving: false), .safe, .verifying, .retry(1), .refetch,
            .skipped, .failed,
        ]
        #expect(faces.map(\.style.role) == Role.chunks)
        for face in faces { #expect(face.style.attributes == face.style.role.attributes, "\(face)") }
    }

    @Test func namesOfRolesAreUnique() {
        #expect(Set(Role.allCases.map(\.rawValue)).count == Role.allCases.count)
    }

    @Test func aGoodThemeHasNoFindings() {
        #expect(Theme.terminal.findings.isEmpty)
    }

    @Test func colouredRampsGoOneWay() {
        let steps: [UInt8] = [40, 80, 120, 160, 200]
        func theme(_ levels: [UInt8]) -> Theme {
            let looks = zip(Role.heat, levels).map { ($0, Theme.Look(.rgb(RGB($1, $1, $1)))) }
            return Theme(name: "x", looks: Dictionary(uniqueKeysWithValues: looks))
        }
        #expect(theme(steps).findings.isEmpty)
        #expect(theme(steps.reversed()).findings.isEmpty)
        #expect(theme([40, 80, 80, 160, 200]).findings.map(\.role) == [.heat1])
    }
}
