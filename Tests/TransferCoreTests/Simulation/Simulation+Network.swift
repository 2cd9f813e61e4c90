import TransferCore

/// The part of the engine that takes answers and writes them.
extension Simulation {
    /// Requests that came before their file go on when it is open.
    mutating func attach() {
        for (id, flight) in flights.sorted(by: { $0.key < $1.key }) {
            guard let session = sessions[flight.order.transfer], flight.stage == .body, flight.checksums == nil,
                flight.order.purpose == .fetch
            else { continue }
            let start = flight.order.expectation.range.start
            guard let checksum = session.checksum(before: start) else {
                violated("request \(id) from \(start) does not go on where its chunk ends")
                continue
            }
            flights[id]!.checksums = SimulatedChecksums(
                chunkSize: session.chunkSize, position: start, checksum: checksum)
            if let outcome = flight.awaitsFile {
                flights[id]!.awaitsFile = nil
                endFlight(id, outcome)
            }
        }
    }

    /// Lets the network bring something of one request.
    mutating func receive(_ id: RequestID) {
        guard let flight = flights[id] else { return }
        switch flight.stage {
        case .waitingForAnswer: answer(id, flight)
        case .body: body(id, flight)
        case .ending, .over: break
        }
    }

    private mutating func answer(_ id: RequestID, _ flight: SimulatedFlight) {
        let order = flight.order
        switch remotes[order.source]!.answer(order, isCalm: isCalm, using: &random) {
        case .refused(let error, let retryAfter, let facts, let status):
            flights[id]!.status = status
            endFlight(id, .failed(error, retryAfter: retryAfter, facts))
        case .empty(let facts, let address):
            inbox.append(.accepted(id, AcceptedHead(kind: .empty, facts: facts, address: address)))
            endFlight(id, .completed)
        case .body(let head, let version, let limit, let breaksAt, let isCorrupt):
            flights[id]!.stage = .body
            flights[id]!.version = version
            flights[id]!.isCorrupt = isCorrupt
            flights[id]!.breaksAt = breaksAt
            flights[id]!.total = head.facts.total
            flights[id]!.isHeld = head.facts.bodyDigest != nil
            if head.kind == .whole {
                flights[id]!.limit = limit
            } else {
                flights[id]!.limit = min(flight.limit, limit)
            }
            if order.purpose == .fetch { inbox.append(.accepted(id, head)) }
            attach()
            if flights[id]!.position >= flights[id]!.limit { endFlight(id, flights[id]!.outcome) }
        }
    }

    private mutating func body(_ id: RequestID, _ flight: SimulatedFlight) {
        guard flight.awaitsFile == nil else { return }
        let size = remotes[flight.order.source]!.sizes[flight.version]
        let end = min(flight.limit, size)
        let room: Int64 = sessions[flight.order.transfer] == nil ? 32 << 10 : 96 << 10
        let position = min(end, flight.position + Int64.random(in: 0...room, using: &random))
        if let breaksAt = flight.breaksAt, position >= breaksAt {
            flights[id]!.position = max(flight.position, min(breaksAt, end))
            var outcome = flights[id]!.outcome
            if flight.limit == .max {
                outcome = .failed(TransferError(.connectionLost, "made-up loss"), retryAfter: nil, nil)
            }
            return endFlight(id, outcome)
        }
        flights[id]!.position = position
        if position == end { endFlight(id, .completed) }
    }

    /// The answer is over, or given up.
    mutating func endFlight(_ id: RequestID, _ outcome: RequestReport.Outcome) {
        guard let flight = flights[id] else { return }
        switch flight.stage {
        case .ending: flights[id]!.isReportedTwice = true
        case .over:
            // The engine reports such a request twice; the second report means nothing.
            let report = RequestReport(outcome: outcome, receivedEnd: flight.order.expectation.range.start)
            inbox.append(.requestEnded(id, report))
        case .waitingForAnswer:
            flights[id]!.stage = .ending(
                RequestReport(outcome: outcome, receivedEnd: flight.position, status: flight.status))
        case .body:
            guard outcome == .cancelled || sessions[flight.order.transfer] != nil else {
                flights[id]!.awaitsFile = outcome
                return
            }
            var kept = flight.keptEnd(outcome)
            if sessions[flight.order.transfer] == nil { kept = flight.order.expectation.range.start }
            flights[id]!.position = max(flight.written, kept)
            flights[id]!.stage = .ending(RequestReport(outcome: outcome, receivedEnd: kept, status: 206))
        }
    }

    /// Lets the writer do something for one request.
    mutating func write(_ id: RequestID) {
        guard let flight = flights[id] else { return }
        switch flight.stage {
        case .body:
            let aligned = flight.position / ChunkPlan.alignment * ChunkPlan.alignment
            if aligned > flight.written { put(id, to: aligned) }
        case .ending(var report):
            flights[id]!.stage = .over
            if flight.order.purpose == .compare {
                if report.outcome == .completed { report.outcome = compare(flight, report) }
            } else if flight.checksums != nil {
                if report.receivedEnd > flight.written { put(id, to: report.receivedEnd) }
                endHeld(id, &report)
            }
            inbox.append(.requestEnded(id, report))
            if flight.isReportedTwice { endFlight(id, .cancelled) }
        case .waitingForAnswer, .over: break
        }
    }

    private mutating func put(_ id: RequestID, to end: Int64) {
        guard let flight = flights[id], let session = sessions[flight.order.transfer] else { return }
        if flight.order.purpose == .compare { return }
        disk.write(flight.tag, ByteRange(flight.written, end), to: session.file)
        flights[id]!.written = end
        let bookmarks = flights[id]!.checksums?.bookmarks(to: end, tag: flight.tag) ?? []
        if flight.isHeld {
            flights[id]!.held += bookmarks
        } else {
            sessions[flight.order.transfer]!.record(bookmarks)
        }
    }

    private mutating func endHeld(_ id: RequestID, _ report: inout RequestReport) {
        guard let flight = flights[id], flight.isHeld else { return }
        if report.outcome == .completed, !flight.isCorrupt {
            sessions[flight.order.transfer]?.record(flight.held)
            return
        }
        if report.outcome == .completed {
            let error = TransferError(.digestMismatchOfChunk, "made-up damage")
            report.outcome = .failed(error, retryAfter: nil, nil)
        }
        report.receivedEnd = flight.order.expectation.range.start
    }

    private func compare(_ flight: SimulatedFlight, _ report: RequestReport) -> RequestReport.Outcome {
        guard let session = sessions[flight.order.transfer], let file = disk.files[session.file.inode] else {
            return report.outcome
        }
        let first = Int(flight.order.expectation.range.start / SimulatedRemote.blockSize)
        let blocks = first..<SimulatedDisk.blocks(report.receivedEnd)
        if blocks.upperBound <= file.written.count, blocks.allSatisfy({ file.written[$0] == flight.tag }) {
            return .completed
        }
        return .failed(TransferError(.remoteChanged, "an overlap differs"), retryAfter: nil, nil)
    }
}
