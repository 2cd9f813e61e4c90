import TransferCore

/// The list of all transfers.
struct QueueScreen {
    let state: AppState
    let layout: QueueLayout

    init(state: AppState, size: Size) {
        self.state = state
        layout = QueueLayout(size: size)
    }

    func draw(on canvas: inout Canvas) {
        guard layout.tier != .summary else {
            canvas.put(SummaryLine.spans(state), in: canvas.area)
            return
        }
        drawHeader(on: &canvas)
        if state.snapshot.transfers.isEmpty {
            EmptyQueue.draw(in: layout.list, on: &canvas)
        } else {
            if layout.tier != .compact { QueueRow(columns: layout.list.columns).drawHeading(row: 2, on: &canvas) }
            if state.view.rows.isEmpty { drawNothingShown(on: &canvas) }
            drawList(on: &canvas)
            SelectedPane(state: state, tier: layout.tier).draw(in: layout.pane, on: &canvas)
        }
        if !state.snapshot.events.isEmpty || !state.snapshot.transfers.isEmpty {
            EventList.draw(state, of: nil, in: layout.events, on: &canvas)
        }
        Footer.draw(state, in: layout.footer, on: &canvas)
    }

    private func drawHeader(on canvas: inout Canvas) {
        let line = canvas.area.line(0)
        let used = canvas.put(SummaryLine.title(state), row: 0, column: 0, columns: line.columns)
        guard layout.tier != .compact else {
            let room = line.columns - used - 2
            let counts = SummaryLine.shortCounts(state)
            if counts.width <= room && state.summary.total > 0 {
                canvas.putRight(counts, row: 0, column: used + 1, columns: room, style: .muted)
            }
            return
        }
        let room = line.columns - used - 4
        if room >= 10 && !state.snapshot.isIdle {
            let curve = Sparkline.label(state.snapshot.throughput, columns: min(60, room))
            canvas.putRight(curve, row: 0, column: used + 3, columns: room, style: .rate)
        }
        if state.summary.total > 0 { TabBar.draw(state, on: &canvas) }
    }

    /// The list is narrowed down to nothing.
    private func drawNothingShown(on canvas: inout Canvas) {
        canvas.put([Span("nothing here; Esc shows all", .muted)], in: layout.list.line(0).inset(columns: 4))
    }

    private func drawList(on canvas: inout Canvas) {
        let window = state.listWindow(rows: layout.list.rows)
        let columns = QueueRow(columns: layout.list.columns)
        for (offset, row) in window.enumerated() {
            let transfer = state.snapshot.transfers[state.view.rows[row]]
            let isSelected = row == state.cursorRow
            if state.marks.contains(transfer.id) {
                canvas.put(
                    "*", row: layout.list.row + offset, column: layout.tier == .compact ? 2 : 1, columns: 1, style: .key
                )
            }
            if layout.tier == .compact {
                CompactRow.draw(
                    transfer, isSelected: isSelected, now: state.now, in: layout.list.line(offset), on: &canvas)
            } else {
                columns.draw(
                    transfer, pyramid: state.pyramids[transfer], isSelected: isSelected, now: state.now,
                    row: layout.list.row + offset, on: &canvas)
            }
        }
    }
}

/// The lines that speak of the queue as a whole.
enum SummaryLine {
    /// The name of the program and how fast everything goes.
    static func title(_ state: AppState) -> [Span] {
        var spans = [Span(" carryon", .title)]
        let summary = state.summary
        if summary.downloadRate == 0 && summary.uploadRate == 0 { spans.append(Span("  idle", .muted)) }
        if summary.downloadRate > 0 { spans.append(Span("  ↓ \(Format.speed(summary.downloadRate))", .rate)) }
        if summary.uploadRate > 0 { spans.append(Span("  ↑ \(Format.speed(summary.uploadRate))", .rateUp)) }
        return spans
    }

    static func shortCounts(_ state: AppState) -> Label {
        "\(Format.count(state.summary.count(.completed)))/\(Format.count(state.summary.total)) done"
    }

    /// All in one line, for windows in which nothing else has room.
    static func spans(_ state: AppState) -> [Span] {
        if let notice = state.notice { return [Span(notice, .warning)] }
        let failed = state.summary.count(.failed)
        let speed = Format.speed(state.summary.downloadRate + state.summary.uploadRate)
        var spans = [Span("\(shortCounts(state)) \(speed)")]
        if failed > 0 { spans.append(Span(" \(Format.count(failed)) failed", .error)) }
        return spans
    }
}
