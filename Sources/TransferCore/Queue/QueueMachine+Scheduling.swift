extension QueueMachine {
    /// Uses every connection that may be used: first for transfers that run, then for the next in the queue.
    mutating func schedule(_ moment: Moment) {
        guard !isShuttingDown else { return }
        for id in running { feed(id, moment) }
        startMore(moment)
    }

    private mutating func feed(_ id: TransferID, _ moment: Moment) {
        while requests.count < settings.connectionsInTotal,
            entries[id]?.machine?.wantsRequest(at: moment.now) == true
        {
            let remote = remote(of: id)
            let gate = gates[remote, default: RemoteGate(limit: settings.connectionsPerRemote)]
            guard gate.admits(at: moment.now) else {
                if gate.closedUntil > moment.now { with(id, moment) { $0.remoteIsClosed(moment) } }
                return
            }
            lastRequest += 1
            let request = RequestID(lastRequest)
            var made = false
            with(id, moment) { machine in
                guard let effect = machine.nextRequest(id: request, at: moment.now) else { return }
                machine.effects.append(effect)
                made = true
            }
            guard made else { return }
            gates[remote, default: RemoteGate(limit: settings.connectionsPerRemote)].started()
            requests[request] = (id, remote)
        }
    }

    private mutating func startMore(_ moment: Moment) {
        guard waiting.contains(where: { !$0.value.isEmpty }) else { return }
        var load = currentLoad()
        while load.large < settings.maxActive, load.large + load.opening < ramp.allowance, settling.count < 256,
            requests.count < settings.connectionsInTotal,
            let id = nextToStart(moment.now)
        {
            guard let record = entries[id]?.record else { continue }
            var machine = machine(for: record)
            if let measures = entries[id]?.measures { machine.measures = measures }
            entries[id]?.machine = machine
            running.append(id)
            with(id, moment) { $0.start(moment) }
            feed(id, moment)
            load.opening += 1
        }
    }

    private mutating func machine(for record: TransferRecord) -> any TransferMachine {
        switch record.direction {
        case .download: DownloadMachine(record: record, settings: settings, seed: random.next())
        case .upload: UploadMachine(record: record, settings: settings, seed: random.next())
        }
    }

    /// Where the next request of a running transfer goes.
    func remote(of id: TransferID) -> String {
        guard let entry = entries[id], let address = entry.machine?.address, address != entry.record.remoteAddress
        else {
            return entries[id]?.remote ?? ""
        }
        return Remote.key(of: address)
    }

    /// Takes the first queued transfer whose remote has a connection to spare off its list.
    private mutating func nextToStart(_ now: Instant) -> TransferID? {
        var best: (remote: String, id: TransferID)?
        for (remote, list) in waiting {
            guard let id = list.last, id < best?.id ?? TransferID(.max) else { continue }
            if gates[remote]?.admits(at: now) ?? true { best = (remote, id) }
        }
        guard let best else { return nil }
        waiting[best.remote]?.removeLast()
        if waiting[best.remote]?.isEmpty == true { waiting[best.remote] = nil }
        return best.id
    }

    private func currentLoad() -> (large: Int, opening: Int) {
        var load = (large: 0, opening: 0)
        for id in running {
            switch entries[id]?.machine?.weight {
            case .large: load.large += 1
            case .unknown, .small: load.opening += 1
            case .finishing, nil: break
            }
        }
        return load
    }
}
