/// One measurement for each chunk of a transfer, in a byte each: there may be a million chunks.
///
/// A byte holds a magnitude in sixths of an octave, so that it is off by 6 % at most, from 1 to 2^42.
public struct ChunkMeasures: Hashable, Sendable {
    /// The magnitude of each chunk, in order; 0 where nothing was measured. Empty as long as nothing was.
    public private(set) var codes: [UInt8] = []
    /// How many chunks have each magnitude, so that nobody needs to count a million of them; empty as long as they are
    /// so few that counting costs nothing.
    private var histogram: [UInt32] = []
    private static let manyChunks = 4096

    public init() {}

    /// Notes the measurement of a chunk; the last one counts.
    ///
    /// - Parameters:
    ///   - value: From 1 up; what is less counts as 1.
    ///   - index: From 0 up to, and without, `count`.
    ///   - count: How many chunks there are now.
    public mutating func set(_ value: Double, at index: Int, of count: Int) {
        guard index >= 0, index < count else { return }
        if codes.count < count { codes.append(contentsOf: repeatElement(0, count: count - codes.count)) }
        let code = Self.code(of: value)
        let old = codes[index]
        codes[index] = code
        if histogram.isEmpty {
            if codes.count >= Self.manyChunks { histogram = counted }
        } else {
            if old > 0 { histogram[Int(old)] -= 1 }
            histogram[Int(code)] += 1
        }
    }

    /// What was measured at a chunk, rounded to a magnitude; `nil` if nothing was.
    public subscript(index: Int) -> Double? {
        guard codes.indices.contains(index), codes[index] > 0 else { return nil }
        return Self.value(of: codes[index])
    }

    /// The magnitude below which the share `part` of what was measured lies, from 0 to 1; `nil` if nothing was.
    public func percentile(_ part: Double) -> UInt8? {
        let histogram = histogram.isEmpty ? counted : histogram
        let total = histogram.reduce(0) { $0 + Int($1) }
        guard total > 0 else { return nil }
        let wanted = min(total - 1, max(0, Int(Double(total) * part)))
        var seen = 0
        for (code, count) in histogram.enumerated() {
            seen += Int(count)
            if seen > wanted { return UInt8(code) }
        }
        return nil
    }

    private var counted: [UInt32] {
        var histogram = Array(repeating: UInt32(0), count: 256)
        for code in codes where code > 0 { histogram[Int(code)] += 1 }
        return histogram
    }

    /// The magnitude of a value: 1 and up.
    public static func code(of value: Double) -> UInt8 {
        guard value > 1, value.isFinite else { return 1 }
        let octave = min(Int(value.exponent), 41)
        let sixth = sixths.lastIndex { $0 <= value.significand } ?? 0
        return UInt8(1 + octave * 6 + sixth)
    }

    /// The value in the middle of a magnitude, 1 and up.
    public static func value(of code: UInt8) -> Double {
        let index = Int(max(1, code)) - 1
        return Double(UInt64(1) << UInt64(index / 6)) * sixths[index % 6] * middle
    }

    /// 2^(n/6).
    private static let sixths = [
        1, 1.122_462_048_309_373, 1.259_921_049_894_873, 1.414_213_562_373_095, 1.587_401_051_968_199,
        1.781_797_436_280_679,
    ]
    /// 2^(1/12).
    private static let middle = 1.059_463_094_359_295
}
