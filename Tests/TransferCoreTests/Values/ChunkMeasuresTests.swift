import Testing
import TransferCore

@Suite struct ChunkMeasuresTests {
    @Test func aMagnitudeIsNearItsValue() {
        var value = 1.0
        while value < 4e12 {
            let kept = ChunkMeasures.value(of: ChunkMeasures.code(of: value))
            #expect(abs(kept / value - 1) < 0.06, "\(value)")
            value *= 1.037
        }
    }

    @Test func magnitudesRiseWithTheirValues() {
        for code in UInt8(1)..<252 {
            #expect(ChunkMeasures.code(of: ChunkMeasures.value(of: code)) == code)
            #expect(ChunkMeasures.value(of: code) < ChunkMeasures.value(of: code + 1))
        }
    }

    @Test(arguments: [0, -1, 1, .nan, .infinity, 1e300])
    func everyNumberHasAMagnitude(_ value: Double) {
        #expect((1...252).contains(ChunkMeasures.code(of: value)))
    }

    @Test func theLastMeasurementCounts() {
        var measures = ChunkMeasures()
        #expect(measures[0] == nil)
        #expect(measures.percentile(0.5) == nil)
        measures.set(1000, at: 3, of: 10)
        measures.set(4000, at: 3, of: 10)
        measures.set(4000, at: 9, of: 10)
        #expect(measures[3] == measures[9])
        #expect(measures[0] == nil && measures[10] == nil && measures[-1] == nil)
    }

    @Test func aTransferOfUnknownSizeGrows() {
        var measures = ChunkMeasures()
        for index in 0..<100 { measures.set(Double(index + 1), at: index, of: index + 1) }
        #expect(measures.codes.count == 100)
        measures.set(1, at: 100, of: 100)
        measures.set(1, at: -1, of: 100)
        #expect(measures.codes.count == 100)
    }

    /// With few chunks, and with so many that they are counted as they come.
    @Test(arguments: [2, 20])
    func percentilesAreOfWhatWasMeasured(_ step: Int) {
        var measures = ChunkMeasures()
        for index in 0..<1000 {
            measures.set(7, at: index * step, of: 1000 * step)
            measures.set(Double(index + 1) * 1000, at: index * step, of: 1000 * step)
        }
        for part in [0.05, 0.5, 0.95] {
            let value = measures.percentile(part).map(ChunkMeasures.value(of:)) ?? 0
            #expect(abs(value / (part * 1_000_000) - 1) < 0.08, "\(part)")
        }
        #expect(measures.percentile(0) == ChunkMeasures.code(of: 1000))
        #expect(measures.percentile(1) == ChunkMeasures.code(of: 1_000_000))
    }
}
