import Testing

@testable import TransferCore

/// Every command in every phase of a run.
@Suite struct PhaseTests {
    enum Phase: CaseIterable { case queued, loading, reopening, probing, creating, fetching, finishing, pausing }
    enum Order: CaseIterable { case pause, resume, retry, remove, removeWithData, verify, pauseAll, resumeAll, nothing }

    private static let id = TransferID(1)

    private func bench(in phase: Phase) -> Bench {
        var bench = Bench([phase == .creating ? Bench.fresh() : Bench.begun()])
        guard phase != .queued else { return bench }
        bench.handle(.timer)
        if phase == .creating {
            bench.accept(bench.requests[0], 10 * Bench.mebibyte, kind: .partial(ByteRange(0, Bench.mebibyte)))
        }
        guard phase != .loading, phase != .creating else { return bench }
        bench.handle(.bookmarkLoaded(Self.id, Bench.bookmark(0..<(phase == .finishing ? 10 : 4))))
        guard phase != .reopening else { return bench }
        bench.handle(.fileOpened(Self.id, .success(.reopened(damaged: []))))
        if phase == .fetching || phase == .pausing { bench.accept(bench.requests[0], 10 * Bench.mebibyte) }
        if phase == .pausing { bench.handle(.command(.pause([Self.id]))) }
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
            for (id, _) in bench.queue.requests.sorted(by: { $0.key < $1.key }) {
                let start = bench.download()?.planner.running[id]?.range.start ?? 0
                bench.handle(.requestEnded(id, RequestReport(outcome: .cancelled, receivedEnd: start)))
            }
            switch bench.download()?.file {
            case .opening: bench.create(Self.id)
            case .closing: bench.handle(.fileClosed(Self.id))
            case .open:
                let finished = FinishedFile(sha256: nil, finishedAt: WallTime(milliseconds: 1))
                bench.handle(.finished(Self.id, .success(finished)))
            case .some(.none), nil:
                bench.handle(.verified(Self.id, .success(VerifyReport(checked: 4, damaged: []))))
            }
        }
    }

    @Test(arguments: Phase.allCases, Order.allCases)
    func theEngineCanAlwaysStop(_ phase: Phase, _ order: Order) {
        var bench = bench(in: phase)
        bench.handle(.command(command(order)))
        #expect(bench.row() != nil || order == .remove || order == .removeWithData)
        bench.handle(.shutdown)
        drain(&bench)
        #expect(bench.queue.isStopped && bench.queue.isIdle && bench.queue.requests.isEmpty)
        let state = bench.row()?.state
        switch (order, phase) {
        case (.remove, _), (.removeWithData, _): #expect(state == nil)
        case (_, .finishing): #expect(state == .completed)
        case (.pause, _), (.pauseAll, _): #expect(state == .paused)
        default:
            #expect(
                state
                    == (phase == .pausing && order != .resume && order != .retry && order != .resumeAll
                        ? .paused : .queued))
        }
    }
}
