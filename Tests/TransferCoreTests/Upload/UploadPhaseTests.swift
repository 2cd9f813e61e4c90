import Testing

@testable import TransferCore

/// Every command in every phase of an upload.
@Suite struct UploadPhaseTests {
    enum Phase: CaseIterable {
        case queued, opening, loading, asking, recordingKey, registering, recordingAddress, sending, doubting,
            completing, concluding, pausing, abandoning, removing
    }
    enum Order: CaseIterable { case pause, resume, retry, remove, removeWithData, verify, pauseAll, resumeAll, nothing }

    private static let id = Bench.upload

    private func bench(in phase: Phase) -> Bench {
        switch phase {
        case .queued, .opening, .loading, .asking: return begun(phase)
        case .recordingKey, .registering, .recordingAddress: return fresh(phase)
        default: break
        }
        var bench = Bench.sending()
        let orders = bench.orders
        switch phase {
        case .doubting:
            bench.loseAnswer(orders[0])
            bench.pass(.seconds(1))
        case .completing: bench.storeAll()
        case .concluding:
            bench.storeAll()
            bench.answer(bench.orders[0], .completed(sha256: nil))
        case .pausing: bench.handle(.command(.pause([Self.id])))
        case .abandoning:
            bench.refuse(orders[0], .chunkConflict)
            bench.answer(orders[1], .cancelled)
        case .removing:
            bench.handle(.command(.remove([Self.id], withData: true)))
            for order in orders { bench.answer(order, .cancelled) }
        default: break
        }
        return bench
    }

    private func begun(_ phase: Phase) -> Bench {
        var bench = Bench([Bench.begunUpload()])
        guard phase != .queued else { return bench }
        bench.handle(.timer)
        guard phase != .opening else { return bench }
        bench.handle(.sourceOpened(Self.id, .success(Bench.file())))
        if phase == .asking { bench.handle(.bookmarkLoaded(Self.id, Bench.receipts([0]))) }
        return bench
    }

    private func fresh(_ phase: Phase) -> Bench {
        var bench = Bench([Bench.freshUpload()])
        bench.handle(.timer)
        bench.handle(.sourceOpened(Self.id, .success(Bench.file())))
        guard phase != .recordingKey else { return bench }
        bench.handle(.saved(Self.id))
        guard phase != .registering else { return bench }
        bench.answer(bench.orders[0], .registered(address: Bench.uploadAddress, Bench.status()))
        return bench
    }

    private func command(_ order: Order) -> EngineCommand {
        switch order {
        case .pause: .pause([Self.id])
        case .resume: .resume([Self.id])
        case .retry: .retry([Self.id])
        case .remove: .remove([Self.id], withData: false)
        case .removeWithData: .remove([Self.id], withData: true)
        case .verify: .verify([Self.id])
        case .pauseAll: .pauseAll
        case .resumeAll: .resumeAll
        case .nothing: .watch(Self.id)
        }
    }

    /// Answers whatever the machine still waits for, as an engine that stops would.
    private func drain(_ bench: inout Bench) {
        for _ in 0..<20 where !bench.queue.isStopped {
            for id in bench.queue.requests.keys.sorted() {
                bench.handle(.answered(id, UploadReport(outcome: .cancelled)))
            }
            if bench.uploadMachine?.source == .opening {
                bench.handle(.sourceOpened(Self.id, .success(Bench.file())))
            }
            if bench.uploadMachine?.isSaving == true { bench.handle(.saved(Self.id)) }
        }
    }

    @Test(arguments: Phase.allCases, Order.allCases)
    func theEngineCanAlwaysStop(_ phase: Phase, _ order: Order) {
        var bench = bench(in: phase)
        bench.handle(.command(command(order)))
        bench.handle(.shutdown)
        drain(&bench)
        #expect(bench.queue.isStopped && bench.queue.isIdle && bench.queue.requests.isEmpty)
        let state = bench.row()?.state
        switch (order, phase) {
        case (.remove, _), (.removeWithData, _), (_, .removing): #expect(state == nil)
        case (_, .concluding): #expect(state == .completed)
        case (.pause, _), (.pauseAll, _): #expect(state == .paused)
        case (.resume, .pausing), (.retry, .pausing), (.resumeAll, .pausing): #expect(state == .queued)
        case (_, .pausing): #expect(state == .paused)
        default: #expect(state == .queued)
        }
    }

    /// Without a shutdown, every wish comes true as well, and the file is closed as often as it was opened.
    @Test(arguments: Phase.allCases, Order.allCases)
    func everyCommandComesToItsEnd(_ phase: Phase, _ order: Order) {
        var bench = bench(in: phase)
        var open = bench.uploadMachine.map { $0.source == .closed ? 0 : 1 } ?? 0
        func count(_ effects: [Effect]) {
            open += effects.count { if case .openSource = $0 { true } else { false } }
            open -= effects.count { $0 == .closeSource(Self.id) }
        }
        count(bench.handle(.command(command(order))))
        for _ in 0..<60 where !bench.queue.isIdle {
            step(&bench)
            count(bench.effects)
        }
        #expect(bench.queue.isIdle && open == 0)
        let state = bench.row()?.state
        switch (order, phase) {
        case (.remove, _), (.removeWithData, _), (_, .removing): #expect(state == nil)
        case (_, .concluding): #expect(state == .completed)
        case (.pause, _), (.pauseAll, _): #expect(state == .paused)
        case (.resume, _), (.retry, _), (.resumeAll, _): #expect(state == .completed)
        case (_, .pausing): #expect(state == .paused)
        default: #expect(state == .completed)
        }
    }

    /// Does one thing that the machine waits for, well.
    private func step(_ bench: inout Bench) {
        guard let machine = bench.uploadMachine else { return _ = bench.handle(.timer) }
        if machine.source == .opening { return _ = bench.handle(.sourceOpened(Self.id, .success(Bench.file()))) }
        if machine.isSaving { return _ = bench.handle(.saved(Self.id)) }
        if machine.phase == .loading { return _ = bench.handle(.bookmarkLoaded(Self.id, [])) }
        if let control = machine.control {
            let all = [0...3]
            let outcome: UploadReport.Outcome =
                switch machine.phase {
                case .closing: .cancelled
                case .registering: .registered(address: Bench.uploadAddress, Bench.status())
                case .asking, .sending: .status(Bench.status(received: all))
                case .completing: .completed(sha256: nil)
                default: .aborted
                }
            return _ = bench.handle(.answered(control, UploadReport(outcome: outcome)))
        }
        if let chunk = machine.sending.keys.min() {
            let isClosing = machine.pendingEnding != nil
            let outcome: UploadReport.Outcome = isClosing ? .cancelled : .stored(receipt: Receipt(sha256: "r"))
            return _ = bench.handle(.answered(chunk, UploadReport(outcome: outcome)))
        }
        bench.pass(.seconds(1))
    }
}
