import TransferCore

/// What extras need to know of the queue, gathered in one pass.
struct QueueDigest {
    /// Transfers that move or will move without a person.
    private(set) var running = 0
    private(set) var paused = 0
    /// Those that came to a good end since ``init(_:since:)`` says.
    private(set) var completed = 0
    /// Those that a person has to look at.
    private(set) var needy: [TransferID] = []
    private(set) var firstRunning: SafeText?
    private(set) var bytesPerSecond = 0.0
    private var bytesDone: Int64 = 0
    private var bytesTotal: Int64 = 0

    /// - Parameter since: When the queue was drained last; what was complete then does not count.
    init(_ transfers: [TransferSnapshot], since: WallTime) {
        // Only the fields that are needed are read: copying ten thousand whole snapshots would cost milliseconds.
        for index in transfers.indices {
            switch transfers[index].state {
            case .queued, .preparing, .active, .waiting, .verifying:
                running += 1
                if firstRunning == nil && transfers[index].state != .queued { firstRunning = transfers[index].name }
                bytesPerSecond += transfers[index].bytesPerSecond
            case .paused:
                if transfers[index].error == nil { paused += 1 } else { needy.append(transfers[index].id) }
            case .failed:
                needy.append(transfers[index].id)
                continue
            case .completed:
                guard let end = transfers[index].finishedAt, end > since else { continue }
                completed += 1
            }
            // A size that is unknown tells nothing of the others.
            guard let total = transfers[index].bytesTotal, total > 0 else { continue }
            bytesTotal = bytesTotal.clampedSum(total)
            bytesDone = bytesDone.clampedSum(max(0, transfers[index].bytesDone))
        }
    }

    /// How much of what was to be done is done; `nil` if that is unknown. 100 only when nothing runs.
    var percent: Int? {
        guard bytesTotal > 0 else { return nil }
        let share = Int(Double(bytesDone) / Double(bytesTotal) * 100)
        return min(running > 0 ? 99 : 100, share)
    }
}

extension Int64 {
    fileprivate func clampedSum(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
