import TransferCore

/// One request under way, from its start until the machine has heard of its end.
struct SimulatedFlight {
    enum Stage: Equatable {
        case waitingForAnswer
        case body
        /// Its last writes and its end are with the writer.
        case ending(RequestReport)
        case over
    }

    let order: RequestOrder
    var stage = Stage.waitingForAnswer
    /// The offset of the next byte to arrive.
    var position: Int64
    /// The offset up to which bytes are written.
    var written: Int64
    var limit: Int64
    var breaksAt: Int64?
    var version = 0
    var total: Int64?
    var isCorrupt = false
    /// Believed only at its end.
    var isHeld = false
    var held: [ChunkBookmark] = []
    var checksums: SimulatedChecksums?
    var status: Int?
    /// It was cancelled when it was over already.
    var isReportedTwice = false
    /// Over on the network before its file was open.
    var awaitsFile: RequestReport.Outcome?

    init(_ order: RequestOrder) {
        self.order = order
        position = order.expectation.range.start
        written = position
        limit = order.expectation.range.end
    }

    var tag: UInt8 { isCorrupt ? SimulatedRemote.garbage : SimulatedRemote.tag(version) }

    /// How the request has ended, seen from what has arrived.
    var outcome: RequestReport.Outcome {
        if position == limit { return .completed }
        return .failed(TransferError(.connectionLost, "made-up loss"), retryAfter: nil, nil)
    }

    /// The offset behind the last byte that counts.
    func keptEnd(_ outcome: RequestReport.Outcome) -> Int64 {
        let start = order.expectation.range.start
        let aligned = max(start, position / ChunkPlan.alignment * ChunkPlan.alignment)
        guard outcome == .completed else { return aligned }
        let isOddEndFine = limit == .max || position == total || position % ChunkPlan.alignment == 0
        return isOddEndFine ? position : aligned
    }

    /// Gives the end away.
    ///
    /// - Returns: Whether everything before it has arrived already.
    mutating func shorten(to end: Int64) -> Bool {
        limit = min(limit, end)
        return position >= limit
    }
}
