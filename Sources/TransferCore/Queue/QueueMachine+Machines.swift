extension QueueMachine {
    // MARK: Machines

    /// Lets a transfer's machine do something and takes over what comes of it.
    mutating func with(_ id: TransferID, _ moment: Moment, _ body: (inout any TransferMachine) -> Void) {
        guard var machine = entries[id]?.machine else { return }
        // The entry lets go of its copy, so that the tables are changed in place.
        entries[id]!.machine = nil
        body(&machine)
        takeBack(machine, id, moment)
    }

    /// As ``with(_:_:_:)``, for what concerns downloads only.
    mutating func withDownload(_ id: TransferID, _ moment: Moment, _ body: (inout DownloadMachine) -> Void) {
        guard var machine = entries[id]?.machine as? DownloadMachine else { return }
        entries[id]!.machine = nil
        body(&machine)
        takeBack(machine, id, moment)
    }

    /// As ``with(_:_:_:)``, for what concerns uploads only.
    mutating func withUpload(_ id: TransferID, _ moment: Moment, _ body: (inout UploadMachine) -> Void) {
        guard var machine = entries[id]?.machine as? UploadMachine else { return }
        entries[id]!.machine = nil
        body(&machine)
        takeBack(machine, id, moment)
    }

    private mutating func takeBack(_ machine: any TransferMachine, _ id: TransferID, _ moment: Moment) {
        var machine = machine
        collect(&machine, id)
        entries[id]!.machine = machine
        dirty.insert(id)
        sort(id, isSettling: machine.weight == .finishing)
        if let ending = machine.ending { ended(id, ending, moment) }
    }

    /// Keeps ``running`` short: it is gone through with every event.
    private mutating func sort(_ id: TransferID, isSettling: Bool) {
        guard isSettling != settling.contains(id) else { return }
        if isSettling {
            settling.insert(id)
            running.removeAll { $0 == id }
        } else {
            settling.remove(id)
            running.append(id)
        }
    }

    /// Takes over a machine's effects, and keeps what people are shown.
    mutating func collect(_ machine: inout any TransferMachine, _ id: TransferID) {
        for effect in machine.effects {
            switch effect {
            case .note(let event): tell(event)
            case .keep(_, let attempt):
                entries[id]!.attempts.append(attempt)
                if entries[id]!.attempts.count > 200 { entries[id]!.attempts.removeFirst(50) }
                effects.append(effect)
            case .keepHead(let head, let chunk): entries[id]!.heads.keep(head, of: chunk)
            default: effects.append(effect)
            }
        }
        machine.effects = []
        entries[id]!.record = machine.currentRecord
    }

    private mutating func ended(_ id: TransferID, _ ending: RunEnding, _ moment: Moment) {
        guard var entry = entries[id], let machine = entry.machine else { return }
        entry.chunks = machine.table.statuses
        entry.measures = machine.measures
        entry.measures.history = ThroughputHistory()
        if ending == .completed { entry.heads = TroubledHeads() }
        entry.machine = nil
        if ending == .suspended, !entry.record.state.isFinal { entry.record.state = .queued }
        let next = entry.next
        entry.next = nil
        entries[id] = entry
        running.removeAll { $0 == id }
        settling.remove(id)
        if ending == .completed, entry.record.plan?.size ?? 0 <= settings.openingLength { ramp.sawSmall() }
        if case .removed = ending { return forget(id) }
        switch next {
        case .queue where entry.record.state != .completed: queueAgain(id)
        case .verify where !isShuttingDown: verify(id, moment)
        case .remove(let withData): remove(id, withData: withData, moment)
        case .queue, .verify, nil: break
        }
    }

    // MARK: Answers

    mutating func accepted(
        _ transfer: TransferID, _ id: RequestID, _ head: AcceptedHead, _ moment: Moment
    ) {
        let before = entries[transfer]?.record.version
        withDownload(transfer, moment) { $0.accepted(id, head, moment) }
        guard before == nil, let version = entries[transfer]?.record.version else { return }
        if version.size ?? .max > settings.openingLength { ramp.sawLarge() }
    }

    mutating func requestEnded(_ id: RequestID, _ report: RequestReport, _ moment: Moment) {
        guard let (transfer, remote) = requests.removeValue(forKey: id) else { return }
        gates[remote]?.ended()
        switch report.outcome {
        case .completed: gates[remote]?.succeeded()
        case .failed(let error, let retryAfter, _): slowDown(remote, error, retryAfter, moment)
        case .cancelled: break
        }
        withDownload(transfer, moment) { $0.requestEnded(id, report, moment) }
    }

    mutating func answered(_ id: RequestID, _ report: UploadReport, _ moment: Moment) {
        guard let (transfer, remote) = requests.removeValue(forKey: id) else { return }
        gates[remote]?.ended()
        switch report.outcome {
        case .failed(let error, let retryAfter): slowDown(remote, error, retryAfter, moment)
        case .cancelled: break
        default: gates[remote]?.succeeded()
        }
        let isNew = entries[transfer]?.record.upload?.address == nil
        withUpload(transfer, moment) { $0.answered(id, report, moment) }
        guard isNew, let upload = entries[transfer]?.record.upload, upload.address != nil else { return }
        if upload.source.size > settings.openingLength { ramp.sawLarge() }
    }

    /// A busy server is left alone for a while by all transfers.
    private mutating func slowDown(
        _ remote: String, _ error: TransferError, _ retryAfter: Duration?, _ moment: Moment
    ) {
        guard error.code == .serverBusy else { return }
        gates[remote]?.wasBusy(retryAfter: retryAfter, policy: settings.retry, at: moment.now, using: &random)
    }
}
