@testable import TransferCore

/// Chance: who gets to do something next, and what goes wrong.
extension Simulation {
    private enum Action {
        case step, network(RequestID), writer(RequestID), files, checks, commit
    }

    /// Runs through a time of trouble and then a calm one; everything must be complete in the end.
    mutating func run(steps: Int) {
        for _ in 0..<steps where violations.isEmpty {
            if Int.random(in: 0..<25, using: &random) == 0 { trouble() }
            act()
        }
        isCalm = true
        var rounds = 0
        while violations.isEmpty, rounds < 6, !isDone {
            rounds += 1
            inbox.append(.command(.retry(store.records.keys.sorted())))
            inbox.append(.command(.resumeAll))
            settle(steps: 6000)
        }
        guard violations.isEmpty else { return }
        if !isDone { violated("not everything is complete: \(stuck)") }
        checkCompleted()
    }

    private var isDone: Bool {
        store.records.values.allSatisfy { $0.state == .completed } && queue.isIdle && inbox.isEmpty
    }

    private var stuck: String {
        queue.entries.sorted { $0.key < $1.key }.filter { $0.value.record.state != .completed }.map { id, entry in
            "\(id) \(entry.record.state) \((entry.machine as? DownloadMachine).map { "\($0.phase)" } ?? "-") "
                + "\(entry.record.error?.detail.description ?? "") \(entry.record.explanation ?? "")"
        }.joined(separator: "; ")
    }

    /// Lets everybody work until nothing is to be done any more.
    mutating func settle(steps: Int) {
        for _ in 0..<steps where violations.isEmpty {
            if queue.isIdle, inbox.isEmpty, !hasCommitWork, files.isEmpty, checks.isEmpty { return }
            act()
        }
        if violations.isEmpty { violated("no end after \(steps) steps: \(stuck)") }
    }

    private mutating func act() {
        var actions: [Action] = []
        if !inbox.isEmpty { actions += [.step, .step] }
        for (id, flight) in flights.sorted(by: { $0.key < $1.key }) {
            switch flight.stage {
            case .waitingForAnswer: actions.append(.network(id))
            case .body:
                if flight.awaitsFile == nil { actions.append(.network(id)) }
                actions.append(.writer(id))
            case .ending: actions.append(.writer(id))
            case .over: break
            }
        }
        if !files.isEmpty { actions.append(.files) }
        if !checks.isEmpty { actions.append(.checks) }
        if hasCommitWork { actions.append(.commit) }
        guard let action = actions.randomElement(using: &random) else { return wait() }
        now = now + .milliseconds(Int.random(in: 0...20, using: &random))
        switch action {
        case .step: step()
        case .network(let id): receive(id)
        case .writer(let id): write(id)
        case .files: workOnFiles()
        case .checks: workOnChecks()
        case .commit: goOnWithCommit()
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
        let ids = queue.order
        let some = ids.filter { _ in Bool.random(using: &random) }
        switch Int.random(in: 0..<16, using: &random) {
        case 0, 1, 2: crash()
        case 3: stopOrderly()
        case 4, 5: change { $0.change(using: &$1) }
        case 6: change { remote, _ in remote.expireSignature() }
        case 7: inbox.append(.command(.pause(some)))
        case 8: inbox.append(.command(.resume(some)))
        case 9: inbox.append(.command(.retry(some)))
        case 10: inbox.append(.command(.verify(some)))
        case 11: inbox.append(.command(.pauseAll))
        case 12: inbox.append(.command(.resumeAll))
        case 13: inbox += [.command(.pause(some)), .command(.resume(some))]
        case 14:
            let isUnlucky = Int.random(in: 0..<4, using: &random) == 0
            if isUnlucky { inbox.append(.command(.remove(some, withData: true))) }
        default: now = now + .seconds(Int.random(in: 0...3, using: &random))
        }
        _ = queue.snapshot(at: moment)
    }

    private mutating func change(_ body: (inout SimulatedRemote, inout SeededRandom) -> Void) {
        guard let source = remotes.keys.sorted().randomElement(using: &random) else { return }
        body(&remotes[source]!, &random)
    }

    /// The engine is asked to stop, and a new run begins.
    private mutating func stopOrderly() {
        inbox.append(.shutdown)
        step()
        for _ in 0..<4000 where violations.isEmpty {
            if queue.isStopped { break }
            act()
        }
        guard queue.isStopped else { return violated("the engine does not stop: \(stuck)") }
        // The helpers finish what they have begun.
        while hasCommitWork || !files.isEmpty {
            if hasCommitWork { goOnWithCommit() }
            if !files.isEmpty { workOnFiles() }
        }
        restart()
    }
}
