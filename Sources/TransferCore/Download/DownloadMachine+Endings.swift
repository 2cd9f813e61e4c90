extension DownloadMachine {
    // MARK: How a run ends, early or not

    /// Ends the run early.
    mutating func close(_ ending: RunEnding, _ moment: Moment) {
        switch phase {
        case .ended: return
        case .finishing where !isFailure(ending):
            // Renaming cannot be taken back half-way; the end of it decides.
            isStopping = isStopping || ending == .suspended
            return
        case .closing(.removed): return
        case .closing(.failed) where ending == .paused || ending == .suspended: return
        case .closing(.paused) where ending == .suspended: return
        default: break
        }
        phase = .closing(ending)
        switch ending {
        case .paused:
            record.state = .paused
            effects.append(.save(record))
        case .failed(let error):
            record.state = error.disposition == .needsUser ? .paused : .failed
            record.error = error
            effects.append(.save(record))
            note(.problem, error.sentence, moment)
        case .restart, .completed, .removed, .suspended: break
        }
        for id in planner.running.keys.sorted() { effects.append(.cancel(id)) }
        if let comparing { effects.append(.cancel(comparing)) }
        settleClosing(moment)
    }

    /// Whether the run ends in a way that leaves its part file for the next one.
    var keepsFile: Bool {
        switch phase {
        case .closing(.paused), .closing(.failed), .closing(.suspended): true
        default: false
        }
    }

    private func isFailure(_ ending: RunEnding) -> Bool {
        if case .failed = ending { return true }
        return false
    }

    /// Tries again at once what waits.
    mutating func retryNow() {
        planner.forgetBackOff()
        openingNotBefore = .zero
    }

    /// Starts over because two versions must not be mixed, or because what is there cannot be built upon.
    mutating func restart(because reason: String, notBefore: Instant = .zero, _ moment: Moment) {
        if record.finishedAt != nil, file == .open {
            // Only damaged chunks of a finished file were to be fetched again.
            return close(.failed(TransferError(.remoteChanged, "cannot repair the finished file: \(reason)")), moment)
        }
        restarts += 1
        guard restarts <= 8 else {
            return close(.failed(TransferError(.tooManyAttempts, "started over 8 times: \(reason)")), moment)
        }
        openingNotBefore = notBefore
        explain("\(reason): starting over from 0", moment)
        close(.restart, moment)
    }

    /// Ends the run once nothing is under way any more.
    mutating func settleClosing(_ moment: Moment) {
        guard case .closing(let ending) = phase, planner.running.isEmpty, comparing == nil else { return }
        switch file {
        case .opening, .closing: return
        case .open:
            file = .closing
            effects.append(.closeFile(record.id, delete: ending == .restart || ending == .removed(withData: true)))
            return
        case .none: break
        }
        guard ending == .restart else { return end(ending) }
        record.forgetProgress()
        record.state = .queued
        effects.append(.forgetChunks(record.id))
        effects.append(.save(record))
        let chunkSize = ChunkPlan.chunkSize(forSize: nil, wish: record.options.chunkSize)
        table = ChunkTable(size: nil, chunkSize: chunkSize)
        planner = SpanPlanner(chunkSize: chunkSize)
        heads = [:]
        sent = [:]
        needsComparison = false
        beginFresh()
    }

    mutating func end(_ ending: RunEnding) {
        if ending == .removed(withData: true) { dropPart() }
        phase = .ended(ending)
    }

    mutating func dropPart() {
        // What was finished once is never deleted.
        guard record.finishedAt == nil, let path = record.partPath, let part = record.part else { return }
        effects.append(.deleteFile(path: path, identity: part))
    }
}
