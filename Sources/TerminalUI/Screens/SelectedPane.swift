import TransferCore

/// What is to be said of the transfer under the cursor, below the list.
struct SelectedPane {
    let state: AppState
    let tier: Tier

    func draw(in area: Area, on canvas: inout Canvas) {
        guard !area.isEmpty, let transfer = state.selected else { return }
        canvas.rule([Span(Label(transfer.name), .bold)], in: area.line(0))
        let text = Area(row: area.row + 1, column: area.column + 1, rows: area.rows - 1, columns: area.columns - 2)
        let lines = TransferFacts.lines(transfer, columns: text.columns, errorLines: tier == .standard ? 2 : 3)
        let shown = tier == .wide ? min(lines.count, text.rows - 3) : text.rows
        for (offset, line) in lines.prefix(max(1, shown)).enumerated() {
            canvas.put(line, in: text.line(offset))
        }
        if tier == .wide && !transfer.chunks.isEmpty { drawGrid(transfer, in: text, below: shown, on: &canvas) }
    }

    private func drawGrid(_ transfer: TransferSnapshot, in text: Area, below: Int, on canvas: inout Canvas) {
        let title = text.line(below)
        let grid = Area(
            row: title.row + 1, column: text.column, rows: text.rows - below - 1, columns: text.columns)
        guard grid.rows > 0 else { return }
        let layout = GridLayout(chunks: transfer.chunks.count, columns: grid.columns, rows: grid.rows)
        canvas.put([Span("chunks   \(layout.scale)", .muted)], in: title)
        ChunkGridView(layout: layout, content: GridContent(state.pyramids[transfer]), cursor: nil).draw(
            in: grid, on: &canvas)
    }
}

/// Lines of facts about a transfer, the most pressing first.
enum TransferFacts {
    static func lines(_ transfer: TransferSnapshot, columns: Int, errorLines: Int) -> [[Span]] {
        urgent(transfer, columns: columns, errorLines: errorLines)
            + [[Span(TransferText.progress(transfer, columns: columns))]] + addresses(transfer)
    }

    /// What went wrong and what is worth telling.
    static func urgent(_ transfer: TransferSnapshot, columns: Int, errorLines: Int) -> [[Span]] {
        var lines: [[Span]] = []
        if let error = TransferText.error(transfer) {
            lines += error.wrapped(to: columns, lines: errorLines).map { [Span($0, .error)] }
        }
        if let explanation = transfer.explanation { lines.append([Span(Label(explanation), .accent)]) }
        return lines
    }

    static func addresses(_ transfer: TransferSnapshot) -> [[Span]] {
        [fact("from", Label(transfer.source)), fact("to", Label(transfer.destination))]
    }

    /// A name and a value.
    static func fact(_ name: Label, _ value: Label) -> [Span] {
        [Span("\(name)\(Label.repeating(" ", count: 9 - name.width))", .muted), Span(value)]
    }
}
