import TransferCore

/// The newest events, oldest first.
enum EventList {
    /// Draws the events of one transfer, or all with the names of their transfers.
    static func draw(_ state: AppState, of transfer: TransferID?, in area: Area, on canvas: inout Canvas) {
        guard area.rows > 1 else { return }
        canvas.rule([Span("Events", .muted)], in: area.line(0))
        let rows = area.rows - 1
        let events =
            transfer == nil
            ? Array(state.snapshot.events.suffix(rows))
            : Array(state.snapshot.events.lazy.reversed().filter { $0.transfer == transfer }.prefix(rows).reversed())
        for (offset, event) in events.enumerated() {
            canvas.put(
                spans(event, state, columns: area.columns, isNamed: transfer == nil),
                in: area.line(offset + 1).inset(columns: 1))
        }
        if events.isEmpty { canvas.put([Span("nothing yet", .muted)], in: area.line(1).inset(columns: 1)) }
    }

    /// One event.
    ///
    /// - Parameter isNamed: Whether it says which transfer it is about.
    static func spans(_ event: EngineEvent, _ state: AppState, columns: Int, isNamed: Bool) -> [Span] {
        var spans = [Span("\(Format.timeOfDay(event.at, utcOffset: state.utcOffset))  ", .muted)]
        if isNamed, let name = event.transfer.flatMap({ state.eventNames[$0] }) {
            spans.append(Span("\(Label(name).fitted(to: max(10, columns / 4)))  ", .muted))
        }
        spans.append(Span(Label(event.text), style(event.kind)))
        return spans
    }

    private static func style(_ kind: EngineEvent.Kind) -> Style {
        switch kind {
        case .info: .text
        case .retry: .warning
        case .problem: .error
        case .success: .success
        }
    }
}

/// What a newcomer sees.
enum EmptyQueue {
    static func draw(in area: Area, on canvas: inout Canvas) {
        let lines: [[Span]] = [
            [Span("Nothing to transfer yet.", .bold)],
            [],
            [Span("Press "), Span("a", .key), Span(" to add one, or in a shell:")],
            [],
            [Span("carryon add ", .key), Span("https://example.org/a.iso", .accent)],
            [Span("carryon add ", .key), Span("big.iso http://host:7270/", .accent)],
            [],
            [Span("It shows up here, and carries on", .muted)],
            [Span("after a lost line or a restart.", .muted)],
        ]
        let width = 37
        let column = max(1, (area.columns - width) / 2)
        let shown = area.rows >= lines.count ? lines : lines.filter { !$0.isEmpty }
        let top = max(0, (area.rows - shown.count) / 2)
        for (offset, line) in shown.enumerated() where top + offset < area.rows {
            canvas.put(line, row: area.row + top + offset, column: column, columns: area.columns - column - 1)
        }
    }
}
