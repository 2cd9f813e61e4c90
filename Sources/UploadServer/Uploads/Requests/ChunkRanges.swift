/// Chunks as inclusive ranges of their indices, in order.
struct ChunkRanges: Hashable, Sendable {
    private(set) var ranges: [ClosedRange<Int>] = []

    init() {}

    /// The first `count` chunks.
    init(first count: Int) {
        if count > 0 { ranges = [0...(count - 1)] }
    }

    /// The lowest index that is not in here.
    var firstMissing: Int {
        guard let first = ranges.first, first.lowerBound == 0 else { return 0 }
        return first.upperBound + 1
    }

    /// Whether the last range ends right before an index.
    func endsBefore(_ index: Int) -> Bool { ranges.last?.upperBound == index - 1 }

    /// Appends an index, which must be above all that are there.
    mutating func append(_ index: Int) {
        guard let last = ranges.last else { return ranges.append(index...index) }
        precondition(index > last.upperBound, "indices come in order")
        if endsBefore(index) {
            ranges[ranges.count - 1] = last.lowerBound...index
        } else {
            ranges.append(index...index)
        }
    }

    /// What is not in here of `0 ..< count`, in `limit` ranges at most.
    func missing(of count: Int, limit: Int) -> ChunkRanges {
        var missing = ChunkRanges()
        var next = 0
        for range in ranges {
            if missing.ranges.count == limit { return missing }
            if range.lowerBound > next { missing.ranges.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next < count, missing.ranges.count < limit { missing.ranges.append(next...(count - 1)) }
        return missing
    }

    /// As JSON: `[[0,41],[44,44]]`.
    var json: String {
        var text = "["
        for range in ranges {
            if text.utf8.count > 1 { text += "," }
            text += "[\(range.lowerBound),\(range.upperBound)]"
        }
        return text + "]"
    }
}
