extension UploadMachine {
    // MARK: How a run ends, early or not

    mutating func close(_ ending: RunEnding, _ moment: Moment) {
        if ending == .suspended { stop() }
        switch (pendingEnding, ending) {
        case (.removed?, _), (.failed?, .paused), (.failed?, .suspended), (.paused?, .paused), (.paused?, .suspended):
            return settleClosing(moment)
        default: break
        }
        guard self.ending == nil, !isFinishing || ending == .completed || isFailure(ending) else { return }
        takeNote(of: ending, moment)
        switch phase {
        case .aborting: phase = .aborting(ending)
        case .closing: phase = .closing(ending)
        default:
            for id in sending.keys.sorted() { effects.append(.cancel(id)) }
            if let control { effects.append(.cancel(control)) }
            phase = .closing(ending)
        }
        settleClosing(moment)
    }

    private mutating func takeNote(of ending: RunEnding, _ moment: Moment) {
        switch ending {
        case .paused:
            record.state = .paused
            effects.append(.save(record))
        case .failed(let error):
            record.state = error.disposition == .needsUser ? .paused : .failed
            record.error = error
            // A completion that could not be recorded is none.
            record.finishedAt = nil
            record.sha256 = nil
            effects.append(.save(record))
            note(.problem, error.sentence, moment)
        // What an object store keeps of an unfinished upload costs its owner money until somebody removes it.
        case .removed(let withData) where (withData || kind == .s3) && !isStopping && record.upload?.address != nil:
            abandoned = record.upload
        case .restart, .completed, .removed, .suspended: break
        }
    }

    private func isFailure(_ ending: RunEnding) -> Bool {
        if case .failed = ending { return true }
        return false
    }

    /// The engine stops. What a server is only told for its own sake is not waited for: its copy expires by itself.
    private mutating func stop() {
        isStopping = true
        abandoned = nil
        guard case .aborting(let ending) = phase else { return }
        if let control { effects.append(.cancel(control)) }
        phase = .closing(ending)
    }

    mutating func fileFailed(_ error: TransferError, _ moment: Moment) {
        guard pendingEnding == nil, ending == nil else { return settleClosing(moment) }
        close(.failed(error), moment)
    }

    /// Nothing of the upload counts any more, however the run goes on; the server is told when its requests are over.
    mutating func abandon(isKnownToServer: Bool = true) {
        if isKnownToServer, !isStopping, record.upload?.address != nil { abandoned = record.upload }
        record.forgetProgress()
        effects += [.forgetChunks(record.id), .save(record)]
    }

    /// Gives up the upload for a new one.
    mutating func restart(because error: TransferError, _ moment: Moment) {
        restarts += 1
        record.state = .queued
        abandon(isKnownToServer: error.code != .uploadLost)
        guard restarts <= 8 else {
            return close(.failed(TransferError(.tooManyAttempts, "started over 8 times: \(error.detail)")), moment)
        }
        explain("\(error.detail): starting over from 0", moment)
        close(.restart, moment)
    }

    /// The remote is left alone for a while. What it is only told for its own sake is not told then.
    mutating func remoteIsClosed(_ moment: Moment) {
        guard case .aborting(let ending) = phase, control == nil else { return }
        note(.problem, "the server keeps what it has until that expires (it wants to be left alone for now)", moment)
        abandoned = nil
        phase = .closing(ending)
        settleClosing(moment)
    }

    /// Ends the run once nothing is under way any more.
    mutating func settleClosing(_ moment: Moment) {
        guard case .closing(let ending) = phase, sending.isEmpty, control == nil, source != .opening, !isSaving else {
            return
        }
        if abandoned != nil {
            controlNotBefore = .zero
            phase = .aborting(ending)
            return
        }
        if record.upload == nil { table = ChunkTable(size: nil, chunkSize: 1) }
        closeSource()
        if ending == .restart { startOver() } else { phase = .ended(ending) }
    }

    private mutating func closeSource() {
        if source == .open { effects.append(.closeSource(record.id)) }
        source = .closed
    }

    private mutating func startOver() {
        retries = []
        doubtful = []
        bookmark = []
        receipts = [:]
        offers = [:]
        mayBeRegistered = false
        acknowledged = StoredProgress(bytesDone: 0, chunksDone: 0)
        nextChunk = 0
        untried = 0
        controlFailures = 0
        incompleteAnswers = 0
        phase = .opening
        source = .opening
        effects.append(.openSource(record.id, path: record.source))
    }
}
