import TransferCore

/// One transfer, closely.
struct DetailScreen {
    let state: AppState
    let transfer: TransferSnapshot
    let layout: DetailLayout

    init(state: AppState, transfer: TransferSnapshot, size: Size) {
        self.state = state
        self.transfer = transfer
        layout = DetailLayout(size: size, chunks: transfer.chunks.count, view: state.grid)
    }

    /// What the engine told beyond the snapshot, once it did.
    private var detail: TransferDetail? {
        state.snapshot.watched.flatMap { $0.id == transfer.id ? $0 : nil }
    }

    func draw(on canvas: inout Canvas) {
        guard layout.tier != .summary else {
            canvas.put(
                [Span("\(TransferText.percent(transfer)) ", .bold), Span(Label(transfer.name))], in: canvas.area.line(0)
            )
            return
        }
        drawTitle(on: &canvas)
        for (offset, line) in facts.prefix(layout.facts.rows).enumerated() {
            canvas.put(line, in: layout.facts.line(offset).inset(columns: 1))
        }
        drawGrid(on: &canvas)
        ChunkPane(state: state, transfer: transfer, detail: detail, cells: layout.cells)
            .draw(in: layout.cursor, on: &canvas)
        InFlightPane(transfer: transfer, detail: detail).draw(in: layout.inFlight, on: &canvas)
        EventList.draw(state, of: transfer.id, in: layout.events, on: &canvas)
        Footer.draw(state, in: layout.footer, on: &canvas)
    }

    private func drawTitle(on canvas: inout Canvas) {
        let columns = canvas.area.columns
        let status = TransferText.status(transfer, now: state.now, columns: layout.tier == .compact ? 12 : 26)
        var right: Label = "\(TransferText.arrow(transfer)) \(status.label)"
        if transfer.bytesTotal != nil { right = "\(right) · \(TransferText.percent(transfer))" }
        let rightColumns = min(right.width, columns / 2)
        canvas.putRight(
            right, row: 0, column: columns - rightColumns - 1, columns: rightColumns, style: status.style)
        canvas.put(
            [Span(" carryon", .title), Span(" › ", .muted), Span(Label(transfer.name), .bold)],
            row: 0, column: 0, columns: columns - rightColumns - 3)
        drawProgress(on: &canvas)
    }

    /// How far it is, and at the right how fast it was in the last minutes.
    private func drawProgress(on canvas: inout Canvas) {
        let columns = canvas.area.columns - 2
        let history = detail?.throughput ?? []
        let peak = history.max() ?? 0
        let curve = layout.tier != .compact && peak > 0 && transfer.state.isRunning
        let progress = TransferText.progress(
            transfer, isMovementShown: true, columns: curve ? columns - Self.curveColumns : columns)
        let used = canvas.put(progress, row: 1, column: 1, columns: columns)
        guard curve else { return }
        let note: Label = " peak \(Format.speed(peak))"
        canvas.putRight(note, row: 1, column: 1, columns: columns, style: .muted)
        let room = columns - used - 2 - note.width
        canvas.putRight(
            Sparkline.label(history, columns: min(60, room)), row: 1, column: 1 + used + 2, columns: room,
            style: transfer.direction == .upload ? .rateUp : .rate)
    }

    /// What is kept free for the curve and its peak, at least.
    private static let curveColumns = 30

    private var facts: [[Span]] {
        var lines = TransferFacts.urgent(transfer, columns: layout.facts.columns - 2, errorLines: 2)
        lines += TransferFacts.addresses(transfer)
        if let validator = detail?.validator { lines.append(TransferFacts.fact("version", Label(validator))) }
        if let digest = detail?.expectedDigest {
            lines.append(TransferFacts.fact("expected", Label(digest)))
        } else if let digest = transfer.sha256 {
            lines.append(TransferFacts.fact("sha-256", Label(sanitizing: digest)))
        }
        if let part = detail?.partPath, transfer.state != .completed {
            lines.append(TransferFacts.fact("data in", Label(part)))
        }
        if let address = detail?.finalAddress {
            lines.append(TransferFacts.fact(transfer.direction == .download ? "answers" : "upload", Label(address)))
        }
        return lines
    }

    private func drawGrid(on canvas: inout Canvas) {
        let chunks = transfer.chunks
        guard !chunks.isEmpty else {
            canvas.rule([Span("Chunks", .muted)], note: "not known yet", in: layout.gridTitle)
            if !layout.grid.isEmpty {
                canvas.put(
                    ChunkBar.faces(of: transfer, columns: layout.grid.columns), row: layout.grid.row,
                    column: layout.grid.column)
            }
            return
        }
        let content = GridContent(state.pyramids[transfer], overlay: state.grid.overlay, detail: detail)
        drawGridTitle(content, on: &canvas)
        ChunkGridView(
            layout: layout.cells, content: content, cursor: state.grid.cursor, isUpload: transfer.direction == .upload
        )
        .draw(in: layout.grid, on: &canvas)
        canvas.put(
            ChunkLegend.spans(of: content, glyphs: canvas.glyphs), in: layout.legend.line(layout.legend.rows - 1))
        if layout.legend.rows > 1 { canvas.put(counts(content.pyramid.total), in: layout.legend.line(0)) }
    }

    /// How many chunks there are, and how their grid is to be read.
    private func drawGridTitle(_ content: GridContent, on canvas: inout Canvas) {
        let count = content.pyramid.chunks.count
        var title: Label = count == 1 ? "1 chunk" : "\(Format.count(count)) chunks"
        if count > 1, let size = detail?.chunkSize { title = "\(title) of \(Format.binarySize(size))" }
        var notes = [[layout.cells.scale, layout.cells.magnification].compactMap { $0 }.joined(separator: " · ")]
        if let magnification = layout.cells.magnification { notes.append(magnification) }
        if content.overlay != .state {
            notes = ["\(notes[0]) · overlay: \(content.overlay.name)", content.overlay.name]
            if layout.legend.isEmpty, let bounds = content.bounds {
                // Without a legend the scale of the values has to stand here.
                title = content.overlay.name
                notes = ["▁ \(bounds.low)  █ \(bounds.high)"]
            }
        }
        let room = layout.gridTitle.columns - title.width - 8
        canvas.rule(
            [Span(title, .muted)], note: notes.first { $0.width <= room } ?? "", in: layout.gridTitle)
    }

    /// How many chunks are in which state.
    private func counts(_ tally: ChunkTally) -> [Span] {
        let names: [(state: ChunkState, name: Label)] = [
            (.done, "safe"), (.skipped, "skipped"), (.active, "moving"), (.verifying, "verifying"),
            (.waiting, "waiting"), (.failed, "failed"), (.pending, "pending"),
        ]
        return names.compactMap { entry in
            let count = tally.count(entry.state)
            return count > 0 ? Span("\(Format.count(count)) \(entry.name)   ") : nil
        }
    }
}
