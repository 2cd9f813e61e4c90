/// The chunks of one transfer: what is safe of each, and what people are shown.
public struct ChunkTable: Sendable, Equatable {
    public private(set) var statuses: [ChunkStatus] = []
    /// Length of the safe prefix of each chunk, in bytes; a chunk has less than 4 GiB.
    private var safe: [UInt32] = []
    public private(set) var plan: ChunkPlan
    public private(set) var bytesDone: Int64 = 0
    public private(set) var chunksDone = 0
    /// Whether the size is known, so that the last chunk is surely the last.
    private var hasKnownSize: Bool

    /// A table without progress; for an unknown size it grows as bytes arrive.
    public init(size: Int64?, chunkSize: Int64) {
        self.init(plan: ChunkPlan(size: size ?? 0, chunkSize: chunkSize), hasKnownSize: size != nil)
    }

    /// A table without progress for a file that is cut that way.
    public init(plan: ChunkPlan) {
        self.init(plan: plan, hasKnownSize: true)
    }

    private init(plan: ChunkPlan, hasKnownSize: Bool) {
        self.plan = plan
        self.hasKnownSize = hasKnownSize
        statuses = Array(repeating: ChunkStatus(state: .pending), count: plan.count)
        safe = Array(repeating: 0, count: plan.count)
    }

    /// The number of chunks, as far as it is known.
    public var count: Int { statuses.count }

    /// Makes room for a file of at least `size` bytes.
    public mutating func grow(to size: Int64) {
        let last = count - 1
        if size > plan.size { plan = ChunkPlan(size: size, chunkSize: plan.chunkSize) }
        let missing = plan.count - statuses.count
        guard missing > 0 || last >= 0 else { return }
        statuses.append(contentsOf: repeatElement(ChunkStatus(state: .pending), count: missing))
        safe.append(contentsOf: repeatElement(0, count: missing))
        // The chunk that was the last has become longer.
        if last >= 0 { settle(last) }
    }

    /// The size has become known.
    public mutating func setSize(_ size: Int64) {
        grow(to: size)
        hasKnownSize = true
        for index in max(0, count - 2)..<count { settle(index) }
    }

    /// Fills in a bookmark from an earlier run: its chunks were there already.
    public mutating func restore(_ bookmark: [ChunkBookmark]) {
        for chunk in bookmark where chunk.index >= 0 && chunk.index < count {
            setSafe(chunk)
            if isDone(chunk.index) { statuses[chunk.index].state = .skipped }
        }
    }

    /// The prefix of a chunk has become safe.
    public mutating func setSafe(_ bookmark: ChunkBookmark) {
        guard bookmark.index >= 0 else { return }
        if !hasKnownSize { grow(to: Int64(bookmark.index) * plan.chunkSize + bookmark.bytes) }
        guard bookmark.index < count else { return }
        let index = bookmark.index
        let length = plan.range(of: index).length
        let wasDone = isDone(index)
        bytesDone += min(bookmark.bytes, length) - Int64(safe[index])
        safe[index] = UInt32(min(bookmark.bytes, length))
        settle(index, wasDone: wasDone)
    }

    /// How much of a chunk is safe, in bytes.
    public func safeBytes(_ index: Int) -> Int64 { Int64(safe[index]) }

    public func isDone(_ index: Int) -> Bool {
        statuses[index].share == 255
    }

    /// The content of a chunk turned out to be wrong: all of it is wanted again.
    public mutating func reset(_ index: Int) {
        let wasDone = isDone(index)
        bytesDone -= Int64(safe[index])
        safe[index] = 0
        statuses[index] = ChunkStatus(state: .pending, retries: statuses[index].retries, isRefetch: true)
        if wasDone { chunksDone -= 1 }
    }

    /// Notes what is happening to a chunk that is not done.
    public mutating func mark(_ index: Int, _ state: ChunkState) {
        guard index >= 0, index < count, !isDone(index) else { return }
        statuses[index].state = state
    }

    /// A try at a chunk failed.
    public mutating func failed(_ index: Int, isRefetch: Bool = false) {
        guard index >= 0, index < count, !isDone(index) else { return }
        statuses[index].state = .waiting
        if statuses[index].retries < 255 { statuses[index].retries += 1 }
        if isRefetch { statuses[index].isRefetch = true }
    }

    /// The bytes that are not safe, as ranges in order.
    public func missing() -> [ByteRange] {
        var ranges: [ByteRange] = []
        for index in 0..<count where !isDone(index) {
            let range = plan.range(of: index)
            let rest = ByteRange(range.start + Int64(safe[index]), range.end)
            if let last = ranges.last, last.end == rest.start {
                ranges[ranges.count - 1].end = rest.end
            } else {
                ranges.append(rest)
            }
        }
        return ranges
    }

    private mutating func settle(_ index: Int, wasDone: Bool? = nil) {
        let wasDone = wasDone ?? isDone(index)
        let length = plan.range(of: index).length
        // Of an unknown size, the last chunk may still grow.
        let isLast = index == count - 1
        let mayGrow = !hasKnownSize && isLast && length < plan.chunkSize
        var share = ChunkStatus.share(Int64(safe[index]), of: length)
        if mayGrow { share = min(share, 254) }
        statuses[index].share = share
        let done = share == 255
        if done {
            statuses[index].state = .done
            statuses[index].isRefetch = false
        } else if wasDone {
            statuses[index].state = .pending
        }
        if done != wasDone { chunksDone += done ? 1 : -1 }
    }
}
