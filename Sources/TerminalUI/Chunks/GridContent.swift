import TransferCore

/// What the cells of a grid show: the states of its chunks, or what was measured of them.
struct GridContent {
    let pyramid: ChunkPyramid
    let overlay: GridOverlay
    /// What the overlay is about, and its scale; `nil` if it is not measured or nothing was.
    private let measures: ChunkMeasures?
    let scale: HeatScale?

    /// - Parameter detail: What is known of the transfer beyond its states.
    init(_ pyramid: ChunkPyramid, overlay: GridOverlay = .state, detail: TransferDetail? = nil) {
        self.pyramid = pyramid
        self.overlay = overlay
        switch overlay {
        case .speed: measures = detail?.speeds
        case .latency: measures = detail?.latencies
        case .state, .retries: measures = nil
        }
        scale = measures.flatMap(HeatScale.init)
    }

    /// What the cell of these chunks looks like.
    func look(of range: Range<Int>, in glyphs: GlyphSet) -> (glyph: Character, style: Style) {
        let tally = pyramid.tally(range)
        let face = ChunkFace(tally)
        guard overlay != .state else { return (face.glyph(in: glyphs), face.style) }
        let heat = heat(of: range, tally, face)
        return (heat.glyph(in: glyphs), heat.style)
    }

    private func heat(of range: Range<Int>, _ tally: ChunkTally, _ face: ChunkFace) -> HeatFace {
        if face.isProblem { return .problem(face) }
        switch overlay {
        case .retries: return tally.mostRetries > 0 ? .retries(Int(tally.mostRetries)) : .nothing
        case .speed, .latency:
            guard let scale, let code = mean(range) else { return .nothing }
            return .level(scale.level(of: code))
        case .state: return .problem(face)
        }
    }

    /// The mean magnitude of the chunks of a range that were measured; `nil` if none were.
    private func mean(_ range: Range<Int>) -> UInt8? {
        guard let measures else { return nil }
        var sum = 0
        var count = 0
        measures.codes.withUnsafeBufferPointer { codes in
            for code in codes[range.clamped(to: codes.indices)] {
                sum &+= Int(code)
                count &+= code > 0 ? 1 : 0
            }
        }
        return count > 0 ? UInt8(sum / count) : nil
    }

    /// The values between which the levels lie; `nil` without measurements.
    var bounds: (low: Label, high: Label)? {
        scale.map { (value($0.low), value($0.high)) }
    }

    private func value(_ code: UInt8) -> Label {
        let value = ChunkMeasures.value(of: code)
        return overlay == .latency ? Format.latency(.nanoseconds(Int64(value * 1000))) : Format.speed(value)
    }
}
