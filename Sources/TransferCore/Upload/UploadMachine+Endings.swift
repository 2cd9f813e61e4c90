extension UploadMachine {
    // MARK: How a run ends, early or not

    mutating func close(_ ending: RunEnding, _ moment: Moment) {
        if ending == .suspended { stop() }
        switch (pendingEnding, ending) {
        case (.completed?, _), (.removed?, _), (.failed?, .paused), (.failed?, .suspended), (.paused?, .paused),
            (.paused?, .suspended):
            return settleClosing(moment)
        default: break
        }
        guard self.ending == nil, !isFinishing || ending == .completed || isFailure(ending) else { return }
        takeNote(of: ending, moment)
        switch phase {
        case .aborting: goOnAborting(before: ending)
        case .closing: phase = .closing(ending)
        default:
            for id in sending.keys.sorted() { effects.append(.cancel(id)) }
            // What a registration begins at an object store must be known before the run may end. A stop does not wait
            // for it: the next run searches for it.
            awaitsRegistration = kind == .s3 && phase == .registering && control != nil && !isStopping
            if let control, !awaitsRegistration { effects.append(.cancel(control)) }
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
        case .removed where kind == .s3: giveUpForRemoval()
        case .removed(let withData):
            if withData, !isStopping, let address = record.upload?.address { record.abandoned.append(address) }
        case .restart, .completed, .suspended: break
        }
    }

    /// Nothing is left of the transfer but what its object store has to forget; until that is done, it stays.
    private mutating func giveUpForRemoval() {
        if record.finishedAt == nil, record.upload?.address != nil {
            record.abandonUpload()
            effects.append(.forgetChunks(record.id))
        }
        guard !record.abandoned.isEmpty else { return }
        mayAbort = !isStopping
        if record.finishedAt == nil { record.state = .paused }
        record.error = Self.abortFailure("its removal was interrupted")
        effects.append(.save(record))
    }

    /// A registration that the end of the run had to wait for has begun an upload.
    mutating func takeNote(ofLateRegistration report: UploadReport) {
        guard awaitsRegistration else { return }
        awaitsRegistration = false
        guard case .registered(let address, let status) = report.outcome else { return }
        takeOver(address, status)
        if case .removed? = pendingEnding { return giveUpForRemoval() }
        effects.append(.save(record))
    }

    private func isFailure(_ ending: RunEnding) -> Bool {
        if case .failed = ending { return true }
        return false
    }

    /// The engine stops. What is not told the remote now is told it by the next run, or by the next removal.
    mutating func stop() {
        isStopping = true
        mayAbort = false
        if awaitsRegistration, let control { effects.append(.cancel(control)) }
        awaitsRegistration = false
        leaveAborting()
    }

    mutating func fileFailed(_ error: TransferError, _ moment: Moment) {
        guard pendingEnding == nil, ending == nil else { return settleClosing(moment) }
        close(.failed(error), moment)
    }

    /// Nothing of the upload counts any more, however the run goes on; the server is told when its requests are over.
    mutating func abandon(isKnownToServer: Bool = true) {
        if isKnownToServer { record.abandonUpload() } else { record.forgetProgress() }
        mayAbort = !isStopping
        effects += [.forgetChunks(record.id), .save(record)]
    }

    /// Gives up the upload for a new one.
    mutating func restart(because error: TransferError, _ moment: Moment) {
        restarts += 1
        if isAllSent { restartsOfTheWhole += 1 }
        record.state = .queued
        abandon(isKnownToServer: error.code != .uploadLost)
        guard restarts <= 8 else {
            return close(.failed(TransferError(.tooManyAttempts, "started over 8 times: \(error.detail)")), moment)
        }
        guard restartsOfTheWhole <= 2 else {
            let detail = "sent whole \(restartsOfTheWhole) times and never complete: \(error.detail)"
            return close(.failed(TransferError(.tooManyAttempts, detail)), moment)
        }
        explain("\(error.detail): starting over from 0", moment)
        close(.restart, moment)
    }

    /// Ends the run once nothing is under way any more.
    mutating func settleClosing(_ moment: Moment) {
        guard case .closing(let ending) = phase, sending.isEmpty, control == nil, source != .opening, !isSaving else {
            return
        }
        if mayAbort, !record.abandoned.isEmpty { return beginAborting(before: ending) }
        if record.upload == nil { table = ChunkTable(size: nil, chunkSize: 1) }
        closeSource()
        switch ending {
        case .restart: startOver()
        case .removed where kind == .s3 && !record.abandoned.isEmpty:
            // The transfer is all that names what is left at the store.
            phase = .ended(.failed(record.error ?? Self.abortFailure("nobody has told it yet")))
        default: phase = .ended(ending)
        }
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
        isAllSent = false
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
