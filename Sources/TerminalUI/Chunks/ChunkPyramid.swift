import TransferCore

/// The chunks of a transfer, with the tallies of blocks of them, of blocks of blocks and so on: what any range of a
/// million chunks looks like is known after a few dozen additions.
///
/// It is kept from picture to picture of the engine; only blocks that changed are counted again.
struct ChunkPyramid: Sendable {
    private(set) var chunks: [ChunkStatus]
    /// The first level has a tally for every ``fanOut`` chunks, each further one for as many of the level before.
    private var levels: [[ChunkTally]] = []

    /// How many chunks, or tallies, make one tally.
    static let fanOut = 32
    /// From so many chunks on, blocks are worth their memory; fewer are counted when they are looked at.
    static let manyChunks = 4096

    /// Without blocks, for a single look.
    init(flat chunks: [ChunkStatus]) {
        self.chunks = chunks
    }

    init(_ chunks: [ChunkStatus]) {
        self.chunks = []
        update(to: chunks)
    }

    /// Whether it is of this very array.
    func isOf(_ other: [ChunkStatus]) -> Bool {
        chunks.count == other.count
            && chunks.withUnsafeBufferPointer { $0.baseAddress }
                == other.withUnsafeBufferPointer { $0.baseAddress }
    }

    /// Takes the chunks of a newer picture.
    mutating func update(to newer: [ChunkStatus]) {
        guard !isOf(newer) else { return }
        let older = levels.isEmpty ? [] : chunks
        chunks = newer
        guard newer.count >= Self.manyChunks else {
            levels = []
            return
        }
        if levels.isEmpty { levels = [[]] }
        let leaves = (newer.count + Self.fanOut - 1) / Self.fanOut
        resize(level: 0, to: leaves)
        var changed: [Int] = []
        for leaf in 0..<leaves {
            let range = leaf * Self.fanOut..<min((leaf + 1) * Self.fanOut, newer.count)
            // Of another length, the last block is another one, whatever it begins with.
            let isOther = range.upperBound > older.count || leaf == leaves - 1 && older.count != newer.count
            guard isOther || !Self.areEqual(older, newer, range) else { continue }
            levels[0][leaf] = Self.tally(newer, range)
            changed.append(leaf)
        }
        settle(changed)
    }

    /// What the chunks of a range are together.
    func tally(_ range: Range<Int>) -> ChunkTally {
        guard !levels.isEmpty, range.count > 2 * Self.fanOut else { return Self.tally(chunks, range) }
        let first = (range.lowerBound + Self.fanOut - 1) / Self.fanOut
        let last = range.upperBound == chunks.count ? levels[0].count : range.upperBound / Self.fanOut
        var tally = Self.tally(chunks, range.lowerBound..<first * Self.fanOut)
        tally += self.tally(level: 0, first..<last)
        if last * Self.fanOut < range.upperBound {
            tally += Self.tally(chunks, last * Self.fanOut..<range.upperBound)
        }
        return tally
    }

    /// What all chunks are together.
    var total: ChunkTally { tally(chunks.indices) }

    /// The first chunk of a range that asks for a look, or the last one.
    func problem(in range: Range<Int>, last isLast: Bool = false) -> Int? {
        var range = range
        while range.count > Self.fanOut {
            guard tally(range).hasProblem else { return nil }
            let middle = range.lowerBound + range.count / 2
            let (near, far) =
                isLast
                ? (middle..<range.upperBound, range.lowerBound..<middle)
                : (range.lowerBound..<middle, middle..<range.upperBound)
            range = tally(near).hasProblem ? near : far
        }
        let isProblem = { (index: Int) in ChunkTally(CollectionOfOne(chunks[index])).hasProblem }
        return isLast ? range.last(where: isProblem) : range.first(where: isProblem)
    }

    private func tally(level: Int, _ range: Range<Int>) -> ChunkTally {
        var tally = ChunkTally()
        let first = (range.lowerBound + Self.fanOut - 1) / Self.fanOut
        let last =
            range.upperBound == levels[level].count && level + 1 < levels.count
            ? levels[level + 1].count : range.upperBound / Self.fanOut
        guard level + 1 < levels.count, first < last else {
            for index in range { tally += levels[level][index] }
            return tally
        }
        for index in range.lowerBound..<first * Self.fanOut { tally += levels[level][index] }
        tally += self.tally(level: level + 1, first..<last)
        for index in min(last * Self.fanOut, range.upperBound)..<range.upperBound { tally += levels[level][index] }
        return tally
    }

    /// Counts again what stands above changed tallies of the first level.
    private mutating func settle(_ changed: [Int]) {
        var changed = changed
        var level = 0
        while levels[level].count > Self.fanOut {
            if level + 1 == levels.count { levels.append([]) }
            let count = (levels[level].count + Self.fanOut - 1) / Self.fanOut
            resize(level: level + 1, to: count)
            var parents: [Int] = []
            for child in changed where parents.last != child / Self.fanOut { parents.append(child / Self.fanOut) }
            for parent in parents {
                var tally = ChunkTally()
                let children = parent * Self.fanOut..<min((parent + 1) * Self.fanOut, levels[level].count)
                for child in children { tally += levels[level][child] }
                levels[level + 1][parent] = tally
            }
            changed = parents
            level += 1
        }
        levels.removeSubrange((level + 1)...)
    }

    private mutating func resize(level: Int, to count: Int) {
        let missing = count - levels[level].count
        if missing > 0 { levels[level].append(contentsOf: repeatElement(ChunkTally(), count: missing)) }
        if missing < 0 { levels[level].removeLast(-missing) }
    }

    private static func tally(_ chunks: [ChunkStatus], _ range: Range<Int>) -> ChunkTally {
        chunks.withUnsafeBufferPointer { ChunkTally($0[range]) }
    }

    private static func areEqual(_ one: [ChunkStatus], _ other: [ChunkStatus], _ range: Range<Int>) -> Bool {
        let bytes =
            range.lowerBound * MemoryLayout<ChunkStatus>.stride..<range.upperBound
            * MemoryLayout<ChunkStatus>.stride
        return one.withUnsafeBytes { one in
            other.withUnsafeBytes { other in
                var offset = bytes.lowerBound
                while offset + 64 <= bytes.upperBound {
                    let left = one.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self)
                    guard left == other.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self) else {
                        return false
                    }
                    offset += 64
                }
                return one[offset..<bytes.upperBound].elementsEqual(other[offset..<bytes.upperBound])
            }
        }
    }
}

/// The pyramids of the transfers that have many chunks.
struct ChunkPyramids: Sendable {
    private var pyramids: [TransferID: ChunkPyramid] = [:]

    /// Takes the transfers of a newer picture.
    mutating func update(to transfers: [TransferSnapshot]) {
        var current: [TransferID: ChunkPyramid] = [:]
        for index in transfers.indices where transfers[index].chunks.count >= ChunkPyramid.manyChunks {
            let id = transfers[index].id
            // Taken out, so that it is changed in its place and not copied.
            var pyramid = pyramids.removeValue(forKey: id) ?? ChunkPyramid(flat: [])
            pyramid.update(to: transfers[index].chunks)
            current[id] = pyramid
        }
        pyramids = current
    }

    /// The pyramid of a transfer, whether it is kept here or not.
    subscript(_ transfer: TransferSnapshot) -> ChunkPyramid {
        if transfer.chunks.count >= ChunkPyramid.manyChunks, let pyramid = pyramids[transfer.id],
            pyramid.isOf(transfer.chunks)
        {
            return pyramid
        }
        return ChunkPyramid(flat: transfer.chunks)
    }
}
