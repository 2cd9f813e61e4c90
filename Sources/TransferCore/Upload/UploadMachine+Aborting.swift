extension UploadMachine {
    // MARK: Telling the remote what was given up
    //
    // A chunk server is told once, out of courtesy: its copy expires by itself. An object store keeps what it has, and
    // has it paid for, until it is told; so the record names it until the store has confirmed. A removal and a new
    // beginning try for a while, other ends of a run once, and what is not done then is left to the next run.

    /// How often one upload is aborted in a row, and for how long, before somebody else has to see to it.
    private static let mostTries = 6
    private static let patience = Duration.seconds(30)

    static func abortFailure(_ detail: String) -> TransferError {
        TransferError(.abortFailed, "its unfinished upload is still at the store: \(detail)")
    }

    /// The remote is told of every upload that was given up, and then the run ends.
    mutating func beginAborting(before ending: RunEnding) {
        controlNotBefore = .zero
        controlFailures = 0
        abortUntil = nil
        phase = .aborting(ending)
    }

    /// The run is to end another way while the remote is being told.
    mutating func goOnAborting(before ending: RunEnding) {
        phase = .aborting(ending)
        guard kind == .s3 else { return }
        if isPatient(ending) {
            controlFailures = 0
            abortUntil = nil
        } else {
            mayAbort = false
            leaveAborting()
        }
    }

    /// Ends the telling where it is.
    mutating func leaveAborting() {
        guard case .aborting(let ending) = phase else { return }
        if let control { effects.append(.cancel(control)) }
        phase = .closing(ending)
    }

    mutating func aborted(_ ending: RunEnding, _ report: UploadReport, _ moment: Moment) {
        if case .failed(let error, let retryAfter) = report.outcome {
            if kind == .s3 { return abortFailed(ending, error, retryAfter, moment) }
            note(.problem, "the server keeps what it has until that expires (\(error.detail))", moment)
        }
        record.abandoned.removeFirst()
        effects.append(.save(record))
        if record.abandoned.isEmpty { phase = .closing(ending) } else { beginAborting(before: ending) }
    }

    private mutating func abortFailed(
        _ ending: RunEnding, _ error: TransferError, _ retryAfter: Duration?, _ moment: Moment
    ) {
        record.retries += 1
        controlFailures += 1
        let delay = settings.retry.delay(afterFailures: controlFailures, retryAfter: retryAfter, using: &random)
        guard error.disposition == .retry, isPatient(ending), controlFailures < Self.mostTries,
            moment.now + delay <= limit(from: moment.now)
        else { return giveUpAborting(ending, "\(error.detail)", moment) }
        controlNotBefore = moment.now + delay
        note(.retry, "\(error.detail), try \(controlFailures + 1) in \(delay.spoken)", moment)
    }

    /// The remote is left alone for a while.
    mutating func remoteIsClosed(_ moment: Moment) {
        guard case .aborting(let ending) = phase, control == nil else { return }
        let detail = "it wants to be left alone for now"
        if kind == .http {
            note(.problem, "the server keeps what it has until that expires (\(detail))", moment)
            record.abandoned = []
            effects.append(.save(record))
            phase = .closing(ending)
        } else if !isPatient(ending) || moment.now >= limit(from: moment.now) {
            giveUpAborting(ending, detail, moment)
        }
        settleClosing(moment)
    }

    private mutating func giveUpAborting(_ ending: RunEnding, _ detail: String, _ moment: Moment) {
        let error = Self.abortFailure(detail)
        if case .removed = ending {
            record.error = error
            effects.append(.save(record))
            note(.problem, error.sentence, moment)
        } else {
            note(.problem, "an earlier upload of it is still at the store: \(detail)", moment)
        }
        mayAbort = false
        phase = .closing(ending)
    }

    /// When to give up.
    private mutating func limit(from now: Instant) -> Instant {
        let limit = abortUntil ?? now + Self.patience
        abortUntil = limit
        return limit
    }

    /// Whether the run goes on, or the transfer goes, only after the store was told.
    private func isPatient(_ ending: RunEnding) -> Bool {
        switch ending {
        case .removed, .restart, .completed: true
        case .paused, .failed, .suspended: false
        }
    }
}
