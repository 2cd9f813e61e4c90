import TransferCore

extension AppState {
    mutating func perform(_ action: Action) -> [Command] {
        switch action {
        case .quit: return [.quit]
        case .repaint: return [.repaint]
        case .suspend: return [.suspend]
        case .help:
            helpScroll = 0
            layers.append(.help)
            return []
        case .open: return openDetail()
        case .back: return goBack()
        case .moveUp, .moveDown, .moveLeft, .moveRight, .moveToStart, .moveToEnd, .pageUp, .pageDown:
            move(action)
            return []
        case .nextProblem, .previousProblem:
            moveToProblem(forward: action == .nextProblem)
            return []
        case .togglePauseAll: return togglePauseAll()
        case .togglePause, .retry, .verify, .remove:
            guard let selected else {
                notice = "the queue is empty"
                return []
            }
            return perform(action, on: selected)
        case .removeKeepingData, .removeDeletingData:
            guard case .confirmRemove(let id) = layers.last else { return [] }
            layers.removeLast()
            return [.engine(.remove([id], withData: action == .removeDeletingData))]
        }
    }

    private mutating func perform(_ action: Action, on transfer: TransferSnapshot) -> [Command] {
        switch action {
        case .togglePause:
            switch transfer.state {
            case .paused: return [.engine(.resume([transfer.id]))]
            case .completed: notice = "this transfer is complete"
            case .failed: notice = "this transfer has failed; r tries again"
            case .queued, .preparing, .active, .waiting, .verifying: return [.engine(.pause([transfer.id]))]
            }
        case .retry:
            if transfer.state != .completed { return [.engine(.retry([transfer.id]))] }
            notice = "this transfer is complete; V verifies it"
        case .verify:
            return [.engine(.verify([transfer.id]))]
        case .remove:
            layers.append(.confirmRemove(transfer.id))
        default:
            break
        }
        return []
    }

    private mutating func togglePauseAll() -> [Command] {
        if summary.count(.queued, .preparing, .active, .waiting, .verifying) > 0 { return [.engine(.pauseAll)] }
        if summary.count(.paused) > 0 { return [.engine(.resumeAll)] }
        notice = "nothing to pause or resume"
        return []
    }

    private mutating func move(_ action: Action) {
        switch keyContext {
        case .queue: moveInQueue(action)
        case .detail: moveInGrid(action)
        case .help: moveInHelp(action)
        case .confirm: break
        }
    }

    private mutating func moveInQueue(_ action: Action) {
        let index = selectedIndex ?? 0
        let page = max(1, QueueLayout(size: size).list.rows - 1)
        switch action {
        case .moveUp: select(index: index - 1)
        case .moveDown: select(index: index + 1)
        case .moveToStart: select(index: 0)
        case .moveToEnd: select(index: snapshot.transfers.count - 1)
        case .pageUp: select(index: index - page)
        case .pageDown: select(index: index + page)
        default: break
        }
    }

    private mutating func moveInHelp(_ action: Action) {
        let page = max(1, size.rows - 3)
        switch action {
        case .moveUp: helpScroll -= 1
        case .moveDown: helpScroll += 1
        case .moveToStart: helpScroll = 0
        case .moveToEnd: helpScroll = .max
        case .pageUp: helpScroll -= page
        case .pageDown: helpScroll += page
        default: break
        }
        helpScroll = max(0, min(helpScroll, HelpScreen.lines(keyMap).count - (size.rows - 2)))
    }
}
