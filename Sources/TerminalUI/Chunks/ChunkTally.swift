import TransferCore

/// What a number of chunks are together. Tallies of parts add up to the tally of the whole.
struct ChunkTally: Hashable, Sendable {
    /// How many chunks are in each state, by its raw value, and in the last lane the shares of all that are not safe.
    private var lanes = SIMD8<UInt32>()
    /// The most tries that failed at a chunk that is not safe.
    private(set) var highestRetry: UInt8 = 0
    /// The most tries that failed at any chunk.
    private(set) var mostRetries: UInt8 = 0
    /// Whether a chunk that is not safe is fetched again because its content was wrong.
    private(set) var hasRefetch = false

    init() {}

    init(_ chunks: some Sequence<ChunkStatus>) {
        // The place of a lane has to be known when it is compiled, or each chunk costs a trip to memory.
        var (pending, active, verifying, done) = (UInt32(0), UInt32(0), UInt32(0), UInt32(0))
        var (waiting, failed, skipped, shares) = (UInt32(0), UInt32(0), UInt32(0), UInt32(0))
        for chunk in chunks {
            mostRetries = max(mostRetries, chunk.retries)
            switch chunk.state {
            case .done:
                done += 1
                continue
            case .skipped:
                skipped += 1
                continue
            case .pending: pending += 1
            case .active: active += 1
            case .verifying: verifying += 1
            case .waiting: waiting += 1
            case .failed: failed += 1
            }
            shares += UInt32(chunk.share)
            highestRetry = max(highestRetry, chunk.retries)
            if chunk.isRefetch { hasRefetch = true }
        }
        lanes = SIMD8(pending, active, verifying, done, waiting, failed, skipped, shares)
    }

    static func += (left: inout ChunkTally, right: ChunkTally) {
        left.lanes &+= right.lanes
        left.highestRetry = max(left.highestRetry, right.highestRetry)
        left.mostRetries = max(left.mostRetries, right.mostRetries)
        left.hasRefetch = left.hasRefetch || right.hasRefetch
    }

    /// How many chunks there are in a state.
    func count(_ state: ChunkState) -> Int { Int(lanes[Int(state.rawValue)]) }

    /// How many chunks there are.
    var count: Int { Int(lanes.wrappedSum() &- lanes[7]) }

    /// How many are safe, in this run or before.
    var safe: Int { count(.done) + count(.skipped) }

    /// The shares of all chunks that are not safe, each in 1/255.
    var shares: Int { Int(lanes[7]) }

    /// Whether a chunk asks for a look.
    var hasProblem: Bool { count(.failed) > 0 || hasRefetch || highestRetry > 0 }
}
