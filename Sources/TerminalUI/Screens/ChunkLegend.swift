import TransferCore

/// What the signs of the grid mean.
enum ChunkLegend {
    static let faces: [(face: ChunkFace, name: Label, description: Label)] = [
        (.pending(isMoving: false), "pending", "pending: nothing of it is safe yet"),
        (.filling(eighths: 4, isMoving: false), "filling", "filling: the height is the share that is safe"),
        (.safe, "safe", "safe: written and checked"),
        (.verifying, "verify", "being compared with its checksum"),
        (.retry(2), "retry", "so many tries have failed, + for ten and more"),
        (.refetch, "refetch", "fetched again because its content did not match"),
        (.skipped, "skipped", "it was already there"),
        (.failed, "failed", "failed"),
    ]

    /// All signs with their names, for one line.
    static func spans(glyphs: GlyphSet) -> [Span] {
        faces.flatMap { entry -> [Span] in
            let glyph: Label
            switch entry.face {
            case .retry: glyph = "1-9"
            case .filling: glyph = glyphs == .utf8 ? "▁▄▇" : Label(sanitizing: String(entry.face.glyph(in: glyphs)))
            default: glyph = Label(sanitizing: String(entry.face.glyph(in: glyphs)))
            }
            return [Span(glyph, entry.face.style), Span(" \(entry.name) ", .muted)]
        }
    }

    /// What the signs of measurements mean, and between which values they lie.
    static func spans(of content: GridContent, glyphs: GlyphSet) -> [Span] {
        var spans: [Span] = []
        func add(_ face: HeatFace, _ text: Label = "") {
            spans.append(Span(Label(sanitizing: String(face.glyph(in: glyphs))), face.style))
            if !text.isEmpty { spans.append(Span(" \(text)  ", .muted)) }
        }
        switch content.overlay {
        case .state: return self.spans(glyphs: glyphs)
        case .retries:
            for count in 1...HeatScale.levels { add(.retries(count)) }
            spans.append(Span("-9 tries that failed, + ten and more  ", .muted))
            add(.nothing, "none")
        case .speed, .latency:
            if let bounds = content.bounds {
                spans.append(Span("\(bounds.low) ", .muted))
                for level in 1...HeatScale.levels { add(.level(level)) }
                spans.append(Span(" \(bounds.high) (5–95 %)  ", .muted))
            }
            add(.nothing, "not measured")
        }
        for face in [ChunkFace.refetch, .failed] { add(.problem(face)) }
        spans.append(Span(" trouble", .muted))
        return spans
    }
}
