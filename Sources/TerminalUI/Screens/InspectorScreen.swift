import TransferCore

/// One chunk, with all that is known of it.
struct InspectorScreen {
    let state: AppState
    let transfer: TransferSnapshot
    private let tier: Tier

    init(state: AppState, transfer: TransferSnapshot, size: Size) {
        self.state = state
        self.transfer = transfer
        tier = Tier(size)
    }

    /// A heading and the lines below it.
    private struct Section {
        let title: Label
        let lines: [[Span]]
        /// How many lines it has at least, if there is any room.
        var least = 1
    }

    private var index: Int { state.grid.cursor }

    func draw(on canvas: inout Canvas) {
        guard transfer.chunks.indices.contains(index) else {
            canvas.put([Span(" no chunk is known yet", .muted)], in: canvas.area.line(0))
            return Footer.draw(state, in: canvas.area.line(canvas.area.rows - 1), on: &canvas)
        }
        let detail = state.snapshot.watched.flatMap { $0.id == transfer.id ? $0 : nil }
        let text = InspectorText(state: state, transfer: transfer, detail: detail, index: index)
        drawTitle(on: &canvas)
        guard tier != .summary else { return }
        let area = canvas.area
        let body = Area(row: 1, column: 0, rows: area.rows - 2, columns: area.columns)
        switch tier {
        case .wide: drawWide(text, in: body, on: &canvas)
        case .standard: drawStandard(text, in: body, on: &canvas)
        case .compact, .summary: drawCompact(text, in: body, on: &canvas)
        }
        Footer.draw(state, in: area.line(area.rows - 1), on: &canvas)
    }

    private func drawTitle(on canvas: inout Canvas) {
        let chunk = transfer.chunks[index]
        let face = ChunkFace(CollectionOfOne(chunk))
        let columns = canvas.area.columns
        if tier == .summary {
            canvas.put([Span("#\(index) ", .bold), Span(chunk.label)], in: canvas.area.line(0))
            return
        }
        let right = chunk.label.fitted(to: columns / 2)
        canvas.putRight(
            right, row: 0, column: columns - right.width - 1, columns: right.width,
            style: face.isProblem ? .warning : .accent)
        let count = Format.count(transfer.chunks.count)
        let place: Label = tier == .compact ? "#\(index)" : "chunk #\(Format.count(index)) of \(count)"
        let program: [Span] = tier == .compact ? [Span(" ")] : [Span(" carryon", .title), Span(" › ", .muted)]
        let taken = program.reduce(0) { $0 + $1.label.width } + place.width + right.width + 6
        let name = Label(transfer.name).fitted(to: max(4, columns - taken))
        canvas.put(
            program + [Span(name), Span(" › ", .muted), Span(place, .bold)], row: 0, column: 0,
            columns: columns - right.width - 2)
    }

    private func drawWide(_ text: InspectorText, in area: Area, on canvas: inout Canvas) {
        let half = area.columns / 2
        let strip = 6
        let rows = area.rows - strip
        draw(
            [
                Section(title: "Chunk", lines: text.place, least: 4),
                Section(title: "Attempts", lines: text.attempts(columns: half - 2), least: 3),
            ], in: Area(row: area.row, column: 0, rows: rows, columns: half), on: &canvas)
        draw(
            [
                Section(title: "Proof", lines: text.proof, least: 4),
                Section(title: "Last answer that was trouble", lines: text.answer),
            ],
            in: Area(row: area.row, column: half + 1, rows: rows, columns: area.columns - half - 1), on: &canvas)
        let around = Area(row: area.row + rows, column: 0, rows: strip, columns: area.columns)
        canvas.rule([Span("Around it", .muted)], in: around.line(0))
        ChunkStrip(transfer: transfer, detail: text.detail, index: index, pyramid: state.pyramids[transfer])
            .draw(in: Area(row: around.row + 1, column: 1, rows: 4, columns: area.columns - 2), on: &canvas)
        drawAdvice(text, in: around.line(strip - 1), on: &canvas)
    }

    private func drawStandard(_ text: InspectorText, in area: Area, on canvas: inout Canvas) {
        let sections = Area(row: area.row, column: 0, rows: area.rows - 3, columns: area.columns)
        draw(
            [
                Section(title: "Chunk", lines: text.place, least: 3),
                Section(title: "Proof", lines: text.proof),
                Section(title: "Attempts", lines: text.attempts(columns: area.columns - 2), least: 3),
                Section(title: "Last answer that was trouble", lines: text.answer),
            ], in: sections, on: &canvas)
        ChunkStrip(transfer: transfer, detail: text.detail, index: index, pyramid: state.pyramids[transfer])
            .draw(in: Area(row: area.row + area.rows - 3, column: 1, rows: 2, columns: area.columns - 2), on: &canvas)
        drawAdvice(text, in: area.line(area.rows - 1), on: &canvas)
    }

    private func drawCompact(_ text: InspectorText, in area: Area, on canvas: inout Canvas) {
        let advice = ChunkAdvice.sentence(text.chunk, text.watched, of: transfer)
            .wrapped(to: area.columns - 2, lines: 2)
        let last = text.attempts(columns: area.columns - 2).suffix(1)
        let lines = text.place + text.proof.prefix(1) + last
        let room = max(0, area.rows - advice.count - 1)
        for (offset, line) in lines.prefix(room).enumerated() {
            canvas.put(line, in: area.line(offset).inset(columns: 1))
        }
        ChunkStrip(transfer: transfer, detail: text.detail, index: index, pyramid: state.pyramids[transfer])
            .draw(in: Area(row: area.row + room, column: 1, rows: 1, columns: area.columns - 2), on: &canvas)
        for (offset, line) in advice.enumerated() {
            canvas.put([Span(line, .accent)], in: area.line(room + 1 + offset).inset(columns: 1))
        }
    }

    private func drawAdvice(_ text: InspectorText, in area: Area, on canvas: inout Canvas) {
        let advice = ChunkAdvice.sentence(text.chunk, text.watched, of: transfer)
        canvas.put([Span(advice, .accent)], in: area.inset(columns: 1))
    }

    /// Draws sections below each other: each its least lines, and then from the first on what they want.
    private func draw(_ sections: [Section], in area: Area, on canvas: inout Canvas) {
        var room = area.rows - sections.reduce(0) { $0 + 1 + min($1.least, $1.lines.count) }
        var row = 0
        for (number, section) in sections.enumerated() {
            guard row < area.rows else { return }
            let least = min(section.least, section.lines.count)
            let extra = max(0, min(section.lines.count - least, room))
            room -= extra
            var lines = section.lines
            let count = max(0, min(least + extra, area.rows - row - 1))
            if section.title == "Attempts", count < lines.count, count > 1 {
                // The heading and the newest.
                lines = Array(lines.prefix(1) + lines.suffix(count - 1))
            }
            let hidden = section.lines.count - count
            canvas.rule(
                [Span(section.title, .muted)], note: hidden > 0 ? "\(hidden) more lines" : "", in: area.line(row))
            for line in lines.prefix(count) {
                row += 1
                canvas.put(line, in: area.line(row).inset(columns: 1))
            }
            row += number == sections.count - 1 ? 0 : 1
        }
    }
}
