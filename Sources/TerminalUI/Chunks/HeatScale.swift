import TransferCore

/// How measurements become five levels: the 5th percentile of a transfer is the lowest, the 95th the highest.
struct HeatScale: Hashable {
    let low: UInt8
    let high: UInt8

    static let levels = 5

    /// `nil` if nothing was measured.
    init?(_ measures: ChunkMeasures) {
        guard let low = measures.percentile(0.05), let high = measures.percentile(0.95) else { return nil }
        self.low = low
        self.high = high
    }

    /// The level of a magnitude, 1 to 5.
    func level(of code: UInt8) -> Int {
        1 + min(Self.levels - 1, max(0, (Int(code) - Int(low)) * Self.levels / (Int(high) - Int(low) + 1)))
    }
}

/// What a cell shows while it shows measurements.
enum HeatFace: Hashable {
    /// Trouble is seen whatever is looked at.
    case problem(ChunkFace)
    /// A level, 1 to 5.
    case level(Int)
    /// How many tries failed, 1 and up.
    case retries(Int)
    /// Nothing was measured, or nothing failed.
    case nothing

    private static let bars: [Character] = ["▁", "▃", "▅", "▆", "█"]
    private static let shades: [Character] = ["_", "░", "▒", "▓", "█"]
    private static let signs: [Character] = ["_", "-", "=", "*", "#"]

    func glyph(in glyphs: GlyphSet) -> Character {
        switch self {
        case .problem(let face): return face.glyph(in: glyphs)
        case .level(let level):
            switch glyphs {
            case .utf8: return Self.bars[level - 1]
            case .cp437: return Self.shades[level - 1]
            case .ascii: return Self.signs[level - 1]
            }
        case .retries(let count): return ChunkFace.retry(count).glyph(in: glyphs)
        case .nothing: return ChunkFace.pending(isMoving: false).glyph(in: glyphs)
        }
    }

    var style: Style {
        switch self {
        case .problem(let face): face.style
        case .level(let level): Self.style(ofLevel: level)
        case .retries(let count): Self.style(ofLevel: min(count, HeatScale.levels))
        case .nothing: ChunkFace.pending(isMoving: false).style
        }
    }

    private static func style(ofLevel level: Int) -> Style {
        switch level {
        case 1: Style(.heat1)
        case 2: Style(.heat2)
        case 3: Style(.heat3)
        case 4: Style(.heat4)
        default: Style(.heat5)
        }
    }
}
