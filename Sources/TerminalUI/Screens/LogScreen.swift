import TransferCore

/// All events that are kept, the newest at the bottom.
enum LogScreen {
    static func draw(_ state: AppState, on canvas: inout Canvas) {
        let area = canvas.area
        guard area.rows > 2 else {
            canvas.put([Span("Esc closes the log", .muted)], in: area)
            return
        }
        let events = events(state)
        let rows = area.rows - 2
        let end = max(0, events.count - state.logScroll)
        let shown = events[max(0, end - rows)..<end]
        let place: Label = state.logScroll == 0 ? "live" : "\(state.logScroll) newer below"
        let title: Label = state.isLogOfProblems ? "Problems" : "Events"
        canvas.rule([Span(title, .title)], note: place, in: area.line(0))
        for (offset, event) in shown.enumerated() {
            canvas.put(
                EventList.spans(event, state, columns: area.columns, isNamed: true),
                in: area.line(offset + 1).inset(columns: 1))
        }
        if events.isEmpty { canvas.put([Span("nothing yet", .muted)], in: area.line(1).inset(columns: 1)) }
        Footer.draw(state, in: area.line(area.rows - 1), on: &canvas)
    }

    /// What is to be seen, oldest first.
    static func events(_ state: AppState) -> [EngineEvent] {
        guard state.isLogOfProblems else { return state.snapshot.events }
        return state.snapshot.events.filter { $0.kind == .problem || $0.kind == .retry }
    }
}
