/// How many columns text takes on a terminal.
///
/// The answers agree with the C library's `wcwidth`, because that is what curses and most terminals go by.
public enum CellWidth {
    /// As many code points as one cell of curses can hold.
    static let maximumScalars = 5

    /// The columns of one code point; `nil` if it has no shape of its own: a control or an unassigned code point.
    public static func of(_ scalar: Unicode.Scalar) -> Int? {
        let value = scalar.value
        if value < 0x300 { return value < 0x20 || (0x7F...0x9F).contains(value) ? nil : 1 }
        // The vowels and finals of Hangul join the syllable before them.
        if (0x1160...0x11FF).contains(value) { return 0 }
        if (0xD7B0...0xD7FB).contains(value) && scalar.properties.generalCategory != .unassigned { return 0 }
        switch scalar.properties.generalCategory {
        case .unassigned, .control, .surrogate, .lineSeparator, .paragraphSeparator: return nil
        case .nonspacingMark, .enclosingMark: return 0
        case .format: return isVisibleFormat(value) ? 1 : 0
        default: return WideRanges.contains(value) ? 2 : 1
        }
    }

    /// The columns of one grapheme, drawn as ``pieces(of:)`` says.
    public static func of(_ character: Character) -> Int {
        if character.utf8.count == 1 { return 1 }
        return pieces(of: character).reduce(0) { $0 + $1.width }
    }

    /// The columns of a text.
    public static func of(_ text: String) -> Int {
        text.reduce(0) { $0 + of($1) }
    }

    /// A grapheme as what goes into cells: each a code point that takes room, and the marks upon it.
    ///
    /// What has no shape becomes U+FFFD, and marks without a base stand on a space. Skin tones are left out: half of
    /// the terminals draw them as a second picture.
    static func pieces(of character: Character) -> [(text: String, width: Int)] {
        var pieces: [(text: String, width: Int)] = []
        var scalarsInPiece = 0
        for scalar in character.unicodeScalars {
            guard let width = of(scalar) else {
                pieces.append(("\u{FFFD}", 1))
                scalarsInPiece = 1
                continue
            }
            if pieces.isEmpty && width == 0 {
                pieces.append((" ", 1))
                scalarsInPiece = 1
            }
            if width == 0 {
                guard scalarsInPiece < maximumScalars else { continue }
                pieces[pieces.count - 1].text.unicodeScalars.append(scalar)
                scalarsInPiece += 1
            } else if pieces.isEmpty || !(0x1F3FB...0x1F3FF).contains(scalar.value) {
                pieces.append((String(Character(scalar)), width))
                scalarsInPiece = 1
            }
        }
        return pieces
    }

    /// Arabic and Indic number signs are format characters by category, and yet are drawn.
    private static func isVisibleFormat(_ value: UInt32) -> Bool {
        switch value {
        case 0x600...0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD: true
        default: false
        }
    }
}
