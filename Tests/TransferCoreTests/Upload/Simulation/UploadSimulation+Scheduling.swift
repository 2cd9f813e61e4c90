@testable import TransferCore

/// Chance: who gets to do something next, and what goes wrong.
extension UploadSimulation {
    private enum Action { case step, network(RequestID), ghost, open, commit, late }

    /// Runs through a time of trouble and then a calm one; everything must be complete in the end.
    mutating func run(steps: Int) {
        for _ in 0..<steps where violations.isEmpty {
            if Int.random(in: 0..<25, using: &random) == 0 { trouble() }
            act()
        }
        isCalm = true
        server.taken = []
        for path in sources.keys { sources[path]!.isMissing = false }
        var rounds = 0
        while violations.isEmpty, rounds < 6, !isDone {
            rounds += 1
            inbox.append(.command(.retry(store.records.keys.sorted())))
            inbox.append(.command(.resumeAll))
            settle(steps: 6000)
        }
        guard violations.isEmpty else { return }
        if !isDone { violated("not everything is complete: \(stuck)") }
        checkEnd()
    }

    private var isDone: Bool {
        store.records.values.allSatisfy { $0.state == .completed } && queue.isIdle && inbox.isEmpty
    }

    private var stuck: String {
        queue.entries.sorted { $0.key < $1.key }.filter { $0.value.record.state != .completed }.map { id, entry in
            let phase = (entry.machine as? UploadMachine).map { "\($0.phase)" } ?? "-"
            return "\(id) \(entry.record.state) \(phase) \(entry.record.error?.detail.description ?? "")"
        }.joined(separator: "; ")
    }

    /// Lets everybody work until nothing is to be done any more.
    private mutating func settle(steps: Int) {
        for _ in 0..<steps where violations.isEmpty {
            if queue.isIdle, inbox.isEmpty, !hasCommitWork, opening.isEmpty, ghosts.isEmpty, late.isEmpty {
                return checkStates()
            }
            act()
        }
        if violations.isEmpty { violated("no end after \(steps) steps: \(stuck)") }
    }

    /// Whatever has come to rest says why.
    private mutating func checkStates() {
        for (id, entry) in queue.entries {
            switch entry.record.state {
            case .completed, .paused: break
            case .failed: if entry.record.error == nil { violated("\(id) has failed and does not say why") }
            case .queued, .preparing, .active, .waiting, .verifying: violated("\(id) has come to rest: \(stuck)")
            }
        }
    }

    private mutating func act() {
        var actions: [Action] = []
        if !inbox.isEmpty { actions += [.step, .step] }
        actions += flights.keys.sorted().map { .network($0) }
        if !ghosts.isEmpty { actions.append(.ghost) }
        if !opening.isEmpty { actions.append(.open) }
        if hasCommitWork { actions.append(.commit) }
        if !late.isEmpty { actions.append(.late) }
        guard let action = actions.randomElement(using: &random) else { return wait() }
        now = now + .milliseconds(Int.random(in: 0...20, using: &random))
        switch action {
        case .step: step()
        case .network(let id): goOn(id)
        case .ghost: letGhostArrive()
        case .open: openNext()
        case .commit: goOnWithCommit()
        case .late: inbox.append(late.removeFirst())
        }
    }

    /// Nothing is to be done but to let time pass.
    private mutating func wait() {
        if let deadline = queue.nextDeadline(after: lastStep) {
            now = max(now, deadline)
        } else {
            if isCalm, !queue.isIdle { violated("nothing will ever happen: \(stuck)") }
            now = now + .milliseconds(100)
        }
        step()
    }

    private mutating func trouble() {
        let some = queue.order.filter { _ in Bool.random(using: &random) }
        switch Int.random(in: 0..<20, using: &random) {
        case 0, 1, 2: crash()
        case 3: stopOrderly()
        case 4, 5: change { $0.change(using: &$1) }
        case 6: change { source, _ in source.isMissing.toggle() }
        case 7: inbox.append(.command(.pause(some)))
        case 8: inbox.append(.command(.resume(some)))
        case 9, 10: inbox.append(.command(.retry(some)))
        case 11: inbox.append(.command(.pauseAll))
        case 12: inbox.append(.command(.resumeAll))
        case 13, 14: inbox += [.command(.pause(some)), .command(.resume(some))]
        case 15:
            let withData = Int.random(in: 0..<3, using: &random) > 0
            inbox.append(.command(.remove(Array(some.prefix(1)), withData: withData)))
        case 16: if let address = server.anyUnfinished(using: &random) { server.forget(address) }
        case 17: server.loseChunk(using: &random)
        case 18: server.taken = server.taken.isEmpty ? ["http://host/file0", "s3://host/file0"] : []
        default: now = now + .seconds(Int.random(in: 0...3, using: &random))
        }
        _ = queue.snapshot(at: moment)
    }

    private mutating func change(_ body: (inout SimulatedSource, inout SeededRandom) -> Void) {
        guard let path = sources.keys.sorted().randomElement(using: &random) else { return }
        body(&sources[path]!, &random)
    }

    /// The engine is asked to stop, and a new run begins.
    private mutating func stopOrderly() {
        step()
        inbox.append(.shutdown)
        step()
        for _ in 0..<4000 where violations.isEmpty {
            if queue.isStopped { break }
            act()
        }
        guard queue.isStopped else { return violated("the engine does not stop: \(stuck)") }
        if !openSources.isEmpty { violated("sources of \(openSources) are open after the end") }
        while hasCommitWork { goOnWithCommit() }
        restart()
    }
}
