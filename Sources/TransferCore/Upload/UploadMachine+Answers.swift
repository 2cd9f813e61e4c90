extension UploadMachine {
    // MARK: Answers

    mutating func answered(_ id: RequestID, _ report: UploadReport, _ moment: Moment) {
        if id == control {
            control = nil
            if isClosing { takeNote(ofLateRegistration: report) } else { controlAnswered(report, moment) }
        } else if let running = sending.removeValue(forKey: id) {
            chunkAnswered(running, report, moment)
        }
        settleClosing(moment)
    }

    private var isClosing: Bool {
        switch phase {
        case .closing, .ended: true
        default: false
        }
    }

    private mutating func controlAnswered(_ report: UploadReport, _ moment: Moment) {
        if case .aborting(let ending) = phase { return aborted(ending, report, moment) }
        switch report.outcome {
        case .failed(let error, let retryAfter): return controlFailed(error, retryAfter, moment)
        case .cancelled: return
        default:
            controlFailures = 0
            endOutage(moment)
        }
        switch (phase, report.outcome) {
        case (.registering, .registered(let address, let status)): registered(address, status, moment)
        case (.asking, .status(let status)): asked(status, moment)
        case (.sending, .status(let status)): resolveDoubts(status, moment)
        case (.completing, .completed(let sha256)): completed(sha256, moment)
        case (.completing, .assembling(let retryAfter)):
            controlNotBefore = moment.now + max(.milliseconds(200), retryAfter ?? .seconds(1))
        default: break
        }
    }

    private mutating func registered(_ address: String, _ status: UploadStatus, _ moment: Moment) {
        takeOver(address, status)
        table = ChunkTable(plan: ChunkPlan(size: status.size, exactChunkSize: status.chunkSize))
        measures.forgetChunks()
        reconcile(status, moment)
        phase = .recording
        // Before the first chunk is sent, so that nothing sent is ever lost sight of.
        saveFirst()
    }

    mutating func takeOver(_ address: String, _ status: UploadStatus) {
        record.upload?.address = address
        record.upload?.chunkSize = status.chunkSize
        // A search for what a lost answer was about may have found one that was given up: it is wanted again.
        record.abandoned.removeAll { $0 == address }
    }

    private mutating func asked(_ status: UploadStatus, _ moment: Moment) {
        guard status.size == table.plan.size, status.chunkSize == table.plan.chunkSize else {
            let detail = "the server knows the upload with another size"
            return restart(because: TransferError(.remoteChanged, detail), moment)
        }
        reconcile(status, moment)
        phase = .sending
        rate.start(at: moment.now)
        completeIfAcknowledged()
    }

    private mutating func completed(_ sha256: String?, _ moment: Moment) {
        record.state = .completed
        record.finishedAt = moment.wall
        record.sha256 = sha256
        record.bytesDone = table.plan.size
        record.chunksDone = table.count
        phase = .concluding
        saveFirst()
    }

    // MARK: Failures

    private mutating func controlFailed(_ error: TransferError, _ retryAfter: Duration?, _ moment: Moment) {
        record.retries += 1
        controlFailures += 1
        if phase == .registering { mayBeRegistered = true }
        switch error.disposition {
        case .retry:
            let delay = settings.retry.delay(afterFailures: controlFailures, retryAfter: retryAfter, using: &random)
            // An address that nobody has ever answered at is soon given up; whoever is busy is there.
            let isKnown = record.upload?.address != nil || error.code == .serverBusy
            let limit = isKnown ? settings.retry.limit : min(settings.retry.limit, 8)
            // A server that says "not yet" will say when.
            guard controlFailures < limit || error.code == .locked else {
                let detail = "\(controlFailures) tries in a row without an answer, the last: \(error.detail)"
                return close(.failed(TransferError(.tooManyAttempts, detail)), moment)
            }
            controlNotBefore = moment.now + delay
            isControlOutage = retryAfter == nil && error.code.isOutage
            note(.retry, "\(error.detail), try \(controlFailures + 1) in \(delay.spoken)", moment)
        case .reconcile where error.code == .incomplete && incompleteAnswers < 2:
            // What counts is what the server has.
            incompleteAnswers += 1
            note(.problem, "\(error.detail): asking what it has", moment)
            effects.append(.loadBookmark(record.id))
            phase = .loading
        case .reconcile: restart(because: error, moment)
        case .needsUser, .fatal: close(.failed(error), moment)
        }
    }

    private mutating func chunkAnswered(_ running: Sending, _ report: UploadReport, _ moment: Moment) {
        let chunk = running.chunk
        switch report.outcome {
        case .stored(let receipt):
            if running.failures > 0 { keepAttempt(running, report, nil, moment) }
            // Of an upload that was given up, nothing counts.
            guard record.upload != nil else { return }
            measures.note(
                chunk, of: table.count, bytes: table.plan.range(of: chunk).length,
                in: moment.now - running.startedAt, latency: report.timeToFirstByte)
            acknowledge(chunk, receipt: receipt, moment)
            controlFailures = 0
            endOutage(moment)
            completeIfAcknowledged()
        case .cancelled: giveBack(running)
        case .failed(let error, let retryAfter):
            record.retries += 1
            keepAttempt(running, report, error, moment)
            if isClosing {
                // Not to be forgotten, however the run ends: the next one would build upon that chunk.
                if error.code == .chunkConflict { abandon() }
                return giveBack(running)
            }
            chunkFailed(running, report, error, retryAfter, moment)
        default: giveBack(running)
        }
    }

    /// A chunk that was not sent after all.
    private mutating func giveBack(_ running: Sending) {
        table.mark(running.chunk, .pending)
        retries.append(Retry(chunk: running.chunk, notBefore: .zero, failures: running.failures))
    }

    private mutating func chunkFailed(
        _ running: Sending, _ report: UploadReport, _ error: TransferError, _ retryAfter: Duration?, _ moment: Moment
    ) {
        let chunk = running.chunk
        switch error.disposition {
        case .needsUser, .fatal: return close(.failed(error), moment)
        // After a conflict, what the server has of this chunk is not of our file, and the rest may not be either.
        case .reconcile: return restart(because: error, moment)
        case .retry: break
        }
        let failures = running.failures + 1
        guard failures < settings.retry.limit else {
            let detail = "#\(chunk): \(failures) tries in a row, the last: \(error.detail)"
            return close(.failed(TransferError(.tooManyAttempts, detail)), moment)
        }
        let delay = settings.retry.delay(afterFailures: failures, retryAfter: retryAfter, using: &random)
        let retry = Retry(
            chunk: chunk, notBefore: moment.now + delay, failures: failures,
            isOutage: retryAfter == nil && error.code.isOutage)
        table.failed(chunk, isRefetch: error.code == .digestMismatchOfChunk)
        if report.status == nil, report.bytesSent == table.plan.range(of: chunk).length {
            doubtful.append(retry)
            note(.retry, "#\(chunk) \(error.detail): asking in \(delay.spoken) whether it is stored", moment)
        } else {
            retries.append(retry)
            note(.retry, "#\(chunk) \(error.detail), again in \(delay.spoken)", moment)
        }
    }

    /// The remote has answered: what waits because nothing was heard of it need not wait that long.
    private mutating func endOutage(_ moment: Moment) {
        if isControlOutage { controlNotBefore = min(controlNotBefore, moment.now) }
        isControlOutage = false
        for index in retries.indices where retries[index].isOutage {
            let soon = moment.now + settings.retry.delayAfterOutage(using: &random)
            retries[index].notBefore = min(retries[index].notBefore, soon)
            retries[index].isOutage = false
        }
        for index in doubtful.indices where doubtful[index].isOutage {
            doubtful[index].notBefore = min(doubtful[index].notBefore, moment.now)
            doubtful[index].isOutage = false
        }
    }

    private mutating func keepAttempt(
        _ running: Sending, _ report: UploadReport, _ error: TransferError?, _ moment: Moment
    ) {
        let duration = moment.now - running.startedAt
        effects.append(
            .keep(
                record.id,
                Attempt(
                    chunk: running.chunk, startedAt: moment.wall + .nanoseconds(-duration.nanoseconds),
                    timeToFirstByte: report.timeToFirstByte, duration: duration, bytes: report.bytesSent,
                    status: report.status, outcome: error.map { .failure($0) } ?? .success)))
        if let head = report.head { effects.append(.keepHead(head, chunk: running.chunk)) }
    }
}
