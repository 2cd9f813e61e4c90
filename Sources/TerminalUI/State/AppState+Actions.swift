import TransferCore

extension AppState {
    mutating func perform(_ action: Action) -> [Command] {
        switch action {
        case .quit: return carryOutRemovals(all: true) + [.quit]
        case .repaint: return [.repaint]
        case .suspend: return [.suspend]
        case .toggleMouse:
            isMouseCaptured.toggle()
            notice = isMouseCaptured ? "clicks and wheel come here; Shift selects text" : "the mouse selects text"
            return [.captureMouse(isMouseCaptured)]
        case .back where keyContext == .menu, .choose: return performInMenu(action)
        case .back: return goBack()
        case .moveUp, .moveDown, .moveLeft, .moveRight, .moveToStart, .moveToEnd, .pageUp, .pageDown:
            return move(action)
        case .nextProblem, .previousProblem: return moveToProblem(forward: action == .nextProblem)
        case .nextChunk, .previousChunk: return step(by: action == .nextChunk ? 1 : -1)
        case .zoomIn, .zoomOut: zoom(by: action == .zoomIn ? 1 : -1)
        case .nextOverlay: grid.overlay = grid.overlay.next
        case .togglePauseAll: return togglePauseAll()
        case .togglePause, .retry, .verify, .remove: return performOnTargets(action)
        case .removeKeepingData, .removeDeletingData:
            guard case .confirmRemove(let ids) = layers.last else { return [] }
            layers.removeLast()
            return remove(ids, withData: action == .removeDeletingData)
        case .showProblems:
            isLogOfProblems.toggle()
            logScroll = 0
        case .undo: return undo()
        case .complete, .submit: return performInForm(action)
        case .mark: toggleMark()
        case .markRange: toggleRange()
        case .markAll: markAll()
        case .invertMarks: invertMarks()
        case .clear: clearQueue()
        case .nextTab: showTab(after: 1)
        case .previousTab: showTab(after: -1)
        case .keepFilter: layers.removeLast()
        case .reverse:
            view.isReversed.toggle()
            arrange()
        case .open, .add, .help, .log, .filter, .sort, .palette, .theme, .copy: return open(action)
        }
        return []
    }

    private mutating func open(_ action: Action) -> [Command] {
        switch action {
        case .open: return keyContext == .detail ? openInspector() : openDetail()
        case .add: layers.append(.add(AddForm()))
        case .help:
            helpScroll = 0
            layers.append(.help)
        case .log:
            logScroll = 0
            layers.append(.log)
        case .filter: layers.append(.filter(TextField(view.filter)))
        case .sort: openMenu(.sort)
        case .copy where selected == nil: notice = "there is nothing to copy"
        case .copy: openMenu(.copy)
        case .palette: openMenu(.palette(keyContext))
        case .theme where themes.isEmpty: notice = "there are no other themes"
        case .theme: openMenu(.theme(before: theme))
        default: break
        }
        return []
    }

    // MARK: Typing

    /// What a key means that is no action: a letter, where something is typed.
    mutating func type(_ key: Key) {
        switch layers.last {
        case .menu: typeInMenu(key)
        case .add: typeInForm { _ = $0.line.take(key) }
        case .filter(var field):
            guard field.take(key) else { return }
            narrow(field)
        default: break
        }
    }

    /// The first line of what is pasted goes where something is typed.
    mutating func paste(_ text: String) {
        if case .add = layers.last { return typeInForm { $0.paste(text) } }
        let line = String(text.split(separator: "\n", maxSplits: 1).first ?? "")
        switch layers.last {
        case .filter(var field):
            field.insert(line)
            narrow(field)
        case .menu(var menu) where menu.isTyped:
            menu.field.insert(line)
            menu.index = 0
            layers[layers.count - 1] = .menu(menu)
        case nil:
            // Who pastes an address into the queue wants to fetch it.
            layers.append(.add(AddForm()))
            typeInForm { $0.paste(text) }
        default: break
        }
    }

    private mutating func narrow(_ field: TextField) {
        layers[layers.count - 1] = .filter(field)
        view.filter = field.text.lowercased()
        arrange()
    }

    // MARK: The mouse

    /// The wheel moves what the keys move; a click takes what is under it.
    mutating func take(_ event: MouseEvent) -> [Command] {
        switch event.kind {
        case .wheelUp: return move(.moveUp)
        case .wheelDown: return move(.moveDown)
        case .left where keyContext == .queue: return click(row: event.row, column: event.column)
        case .left, .middle, .right: return []
        }
    }

    /// A click on a tab shows it, one on a transfer puts the cursor there, and one more opens it.
    private mutating func click(row: Int, column: Int) -> [Command] {
        let layout = QueueLayout(size: size)
        if row == TabBar.row, layout.tier == .standard || layout.tier == .wide {
            if let tab = TabBar.tab(at: column, state: self) { show(tab) }
            return []
        }
        let window = listWindow(rows: layout.list.rows)
        let offset = row - layout.list.row
        guard layout.tier != .summary, (0..<window.count).contains(offset) else { return [] }
        guard window.lowerBound + offset != cursorRow else { return openDetail() }
        select(row: window.lowerBound + offset)
        return []
    }

    // MARK: Transfers

    private mutating func performOnTargets(_ action: Action) -> [Command] {
        let targets = targets
        guard !targets.isEmpty else {
            notice = snapshot.transfers.isEmpty ? "the queue is empty" : "no transfer is shown"
            return []
        }
        let ids = targets.map(\.id)
        switch action {
        case .togglePause: return togglePause()
        case .retry:
            let open = targets.filter { $0.state != .completed }.map(\.id)
            if !open.isEmpty { return [.engine(.retry(open))] }
            notice = "this transfer is complete; V verifies it"
        case .verify: return [.engine(.verify(ids))]
        case .remove: layers.append(.confirmRemove(ids))
        default: break
        }
        return []
    }

    private mutating func togglePauseAll() -> [Command] {
        if summary.count(.queued, .preparing, .active, .waiting, .verifying) > 0 { return [.engine(.pauseAll)] }
        if summary.count(.paused) > 0 { return [.engine(.resumeAll)] }
        notice = "nothing to pause or resume"
        return []
    }

    // MARK: Moving

    mutating func goBack() -> [Command] {
        switch layers.popLast() {
        case .detail: return [.engine(.watch(nil))]
        case .inspector(let id): return [.engine(.inspect(id, chunk: nil))]
        case .filter:
            view.filter = ""
            arrange()
        default: break
        }
        return []
    }

    private mutating func move(_ action: Action) -> [Command] {
        switch keyContext {
        case .queue: moveInQueue(action)
        case .detail: moveInGrid(action)
        case .help: helpScroll = clamped(helpScroll + lines(of: action), lines: HelpScreen.lines(keyMap).count)
        case .log: logScroll = clamped(logScroll - lines(of: action), lines: LogScreen.events(self).count)
        case .menu: return performInMenu(action)
        case .add: return performInForm(action)
        case .filter: moveInQueue(action)
        case .confirm, .chunk: break
        }
        return []
    }

    /// How many lines further down an action scrolls.
    private func lines(of action: Action) -> Int {
        let page = max(1, size.rows - 3)
        return switch action {
        case .moveUp: -1
        case .moveDown: 1
        case .moveToStart: -1_000_000
        case .moveToEnd: 1_000_000
        case .pageUp: -page
        case .pageDown: page
        default: 0
        }
    }

    /// - Parameter lines: All of the text.
    private func clamped(_ position: Int, lines: Int) -> Int {
        max(0, min(position, lines - (size.rows - 2)))
    }
}
