import TransferCore

/// What keys do in the queue: moving, marking, narrowing down, and taking back.
extension AppState {
    // MARK: The cursor

    mutating func moveInQueue(_ action: Action) {
        let row = cursorRow ?? 0
        let page = max(1, QueueLayout(size: size).list.rows - 1)
        switch action {
        case .moveUp: select(row: row - 1)
        case .moveDown: select(row: row + 1)
        case .moveToStart: select(row: 0)
        case .moveToEnd: select(row: view.rows.count - 1)
        case .pageUp: select(row: row - page)
        case .pageDown: select(row: row + page)
        default: break
        }
        extendRange()
    }

    mutating func show(_ tab: QueueView.Tab) {
        view.tab = tab
        arrange()
    }

    mutating func showTab(after step: Int) {
        let count = QueueView.Tab.allCases.count
        show(QueueView.Tab(rawValue: (view.tab.rawValue + step + count) % count) ?? .all)
    }

    /// What Esc takes away, the newest wish first.
    mutating func clearQueue() {
        if rangeStart != nil {
            rangeStart = nil
        } else if !marks.isEmpty {
            marks = []
        } else if !view.filter.isEmpty {
            view.filter = ""
            arrange()
        } else if view.tab != .all {
            show(.all)
        }
    }

    // MARK: Marks

    /// What an action is about: the marked transfers, else the one under the cursor.
    var targets: [TransferSnapshot] {
        guard detailID == nil, !marks.isEmpty else { return selected.map { [$0] } ?? [] }
        return transfers(marks)
    }

    mutating func toggleMark() {
        guard let selected else { return }
        rangeStart = nil
        if marks.remove(selected.id) == nil { marks.insert(selected.id) }
        select(row: (cursorRow ?? 0) + 1)
    }

    mutating func toggleRange() {
        guard let selected, rangeStart == nil else {
            rangeStart = nil
            return
        }
        rangeStart = selected.id
        marksBeforeRange = marks
        extendRange()
    }

    mutating func markAll() {
        rangeStart = nil
        let shown = Set(view.rows.map { snapshot.transfers[$0].id })
        marks = shown.isSubset(of: marks) ? [] : marks.union(shown)
    }

    mutating func invertMarks() {
        rangeStart = nil
        marks.formSymmetricDifference(view.rows.map { snapshot.transfers[$0].id })
    }

    /// Marks all from where the range began to the cursor.
    private mutating func extendRange() {
        guard let rangeStart, let cursorRow,
            let start = view.rows.firstIndex(where: { snapshot.transfers[$0].id == rangeStart })
        else { return }
        let rows = view.rows[min(start, cursorRow)...max(start, cursorRow)]
        marks = marksBeforeRange.union(rows.map { snapshot.transfers[$0].id })
    }

    // MARK: Pausing, removing and taking back

    mutating func togglePause() -> [Command] {
        let targets = targets
        let running = targets.filter(\.state.isRunningOrQueued).map(\.id)
        if !running.isEmpty {
            remember(.pause(running))
            return [.engine(.pause(running))]
        }
        let paused = targets.filter { $0.state == .paused }.map(\.id)
        if !paused.isEmpty {
            remember(.resume(paused))
            return [.engine(.resume(paused))]
        }
        notice =
            switch targets.first?.state {
            case .failed?: "this transfer has failed; r tries again"
            case .completed?: "this transfer is complete"
            default: "nothing to pause or resume"
            }
        return []
    }

    /// Removes transfers from the list now, and from the engine once that cannot be taken back any more.
    mutating func remove(_ ids: [TransferID], withData: Bool) -> [Command] {
        let leaving = transfers(ids)
        let running = leaving.filter(\.state.isRunningOrQueued).map(\.id)
        let removal = Removal(transfers: ids, withData: withData, paused: running, due: now + Removal.patience)
        let name = leaving.first.map { Label($0.name).fitted(to: 30) }
        notice =
            ids.count == 1
            ? "removed \(name ?? "it"); u brings it back" : "removed \(ids.count) transfers; u brings them back"
        remember(.removal(removal))
        view.hidden.formUnion(ids)
        marks.subtract(ids)
        let commands = closeDetail(of: Set(ids))
        arrange()
        return commands + (running.isEmpty ? [] : [.engine(.pause(running))])
    }

    mutating func undo() -> [Command] {
        switch undoSteps.popLast() {
        case nil:
            notice = "nothing to undo"
            return []
        case .pause(let ids)?:
            notice = "resumed again"
            return [.engine(.resume(ids))]
        case .resume(let ids)?:
            notice = "paused again"
            return [.engine(.pause(ids))]
        case .removal(let removal)?:
            notice = removal.transfers.count == 1 ? "it is back" : "\(removal.transfers.count) transfers are back"
            view.hidden.subtract(removal.transfers)
            selection = removal.transfers.first
            arrange()
            return removal.paused.isEmpty ? [] : [.engine(.resume(removal.paused))]
        }
    }

    /// The removals that can no longer be taken back, or all of them.
    mutating func carryOutRemovals(all: Bool = false) -> [Command] {
        var commands: [Command] = []
        undoSteps.removeAll { step in
            guard case .removal(let removal) = step, all || removal.due <= now else { return false }
            commands.append(.engine(.remove(removal.transfers, withData: removal.withData)))
            return true
        }
        return commands
    }

    /// When the next removal is carried out.
    var nextRemoval: Instant? {
        undoSteps.compactMap { if case .removal(let removal) = $0 { removal.due } else { nil } }.min()
    }

    private mutating func remember(_ step: UndoStep) {
        undoSteps.append(step)
        // Removals are never forgotten: they are still to be carried out.
        if undoSteps.count > 50,
            let oldest = undoSteps.firstIndex(where: { if case .removal = $0 { false } else { true } })
        {
            undoSteps.remove(at: oldest)
        }
    }
}

extension TransferState {
    /// Whether it moves, or will by itself.
    var isRunningOrQueued: Bool {
        switch self {
        case .queued, .preparing, .active, .waiting, .verifying: true
        case .paused, .completed, .failed: false
        }
    }
}
