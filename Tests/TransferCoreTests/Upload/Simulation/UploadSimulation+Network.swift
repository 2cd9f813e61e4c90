@testable import TransferCore

/// One request of an upload under way.
struct SimulatedUploadFlight {
    let order: UploadOrder
    /// What the engine will hear; `nil` as long as the request travels.
    var report: UploadReport?
}

/// The network, and what it does to requests and answers.
extension UploadSimulation {
    mutating func start(_ order: UploadOrder) {
        check(order)
        flights[order.id] = SimulatedUploadFlight(order: order)
    }

    mutating func cancel(_ id: RequestID) {
        guard let flight = flights.removeValue(forKey: id) else { return }
        haunt(flight)
        if flight.order.task == .abort { excused.insert(flight.order.address) }
        inbox.append(.answered(id, UploadReport(outcome: .cancelled)))
    }

    /// A request that nobody waits for may be on its way all the same.
    mutating func haunt(_ flight: SimulatedUploadFlight) {
        guard flight.report == nil, Bool.random(using: &random), canRead(flight.order) else { return }
        ghosts.append(flight)
    }

    mutating func letGhostArrive() {
        guard !ghosts.isEmpty else { return }
        arriveUnheard(ghosts.remove(at: Int.random(in: ghosts.indices, using: &random)).order)
    }

    private mutating func arriveUnheard(_ order: UploadOrder) {
        // Whatever is sent meanwhile may be what this one brings.
        if order.chunk != nil { excusedRepeats += 2 }
        _ = arrive(order)
    }

    private func canRead(_ order: UploadOrder) -> Bool {
        order.chunk == nil || source(of: order)?.identity == order.source
    }

    private func source(of order: UploadOrder) -> SimulatedSource? {
        store.records[order.transfer].flatMap { sources[$0.source] }
            ?? queue.entries[order.transfer].flatMap { sources[$0.record.source] }
    }

    private mutating func arrive(_ order: UploadOrder) -> UploadReport.Outcome {
        if case .complete = order.task, poisoned.contains(order.address) {
            violated("an upload with a chunk of somebody else is completed")
        }
        return server.answer(order, using: &random)
    }

    /// Lets the network do something for one request.
    mutating func goOn(_ id: RequestID) {
        guard let flight = flights[id] else { return }
        guard let report = flight.report else { return flights[id]!.report = outcome(of: flight.order) }
        flights[id] = nil
        if case .failed(let error, _) = report.outcome {
            if flight.order.task == .abort { excused.insert(flight.order.address) }
            if error.code == .chunkConflict { conflicts[flight.order.address] = flight.order.transfer }
        }
        inbox.append(.answered(id, report))
    }

    private mutating func outcome(of order: UploadOrder) -> UploadReport {
        guard canRead(order) else {
            return UploadReport(outcome: SimulatedChunkServer.refusal(.sourceChanged))
        }
        var length: Int64 = 0
        if case .chunk(_, let range, _) = order.task { length = range.length }
        if !isCalm, let fault = fault(order, length) { return fault }
        let outcome = arrive(order)
        if case .completed = outcome, Int.random(in: 0..<4, using: &random) == 0 {
            return UploadReport(outcome: .assembling(retryAfter: .seconds(1)), status: 202)
        }
        return UploadReport(outcome: outcome, bytesSent: length, status: 200)
    }

    /// What goes wrong with a request, if anything does.
    private mutating func fault(_ order: UploadOrder, _ length: Int64) -> UploadReport? {
        func failed(_ code: TransferError.Code, sent: Int64, _ status: Int?, after: Duration? = nil) -> UploadReport {
            UploadReport(outcome: SimulatedChunkServer.refusal(code, after: after), bytesSent: sent, status: status)
        }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<4: return failed(.cannotConnect, sent: 0, nil)
        case 4..<8 where length > 1:
            return failed(.connectionLost, sent: Int64.random(in: 0..<length, using: &random), nil)
        case 8..<11: return failed(.timedOut, sent: length, nil)
        case 11..<16:
            _ = arrive(order)
            return failed(.connectionLost, sent: length, nil)
        case 16:
            ghosts.append(SimulatedUploadFlight(order: order))
            return failed(.connectionLost, sent: length, nil)
        case 17..<20:
            let wait: Duration? = Bool.random(using: &random) ? .seconds(1) : nil
            return failed(.serverBusy, sent: length, 503, after: wait)
        case 20: return failed(.serverError, sent: length, 500)
        case 21:
            arriveUnheard(order)
            return failed(.serverError, sent: length, 500)
        case 22: return failed(.locked, sent: length, 423, after: .seconds(1))
        case 23..<26 where order.chunk != nil: return failed(.digestMismatchOfChunk, sent: length, 422)
        case 26 where order.chunk != nil: return failed(.chunkConflict, sent: length, 409)
        case 27: return failed(.remoteFull, sent: length, 507)
        case 28 where order.isCompletion: return failed(.uploadMismatch, sent: 0, 422)
        case 29 where order.isCompletion: return failed(.incomplete, sent: 0, 409)
        case 30:
            _ = arrive(order)  // And once more.
            if order.chunk != nil { excusedRepeats += 1 }
            return nil
        default: return nil
        }
    }
}

extension UploadOrder {
    fileprivate var isCompletion: Bool {
        if case .complete = task { true } else { false }
    }
}
