import TransferCore

/// One transfer, closely.
struct DetailScreen {
    let state: AppState
    let transfer: TransferSnapshot
    let layout: DetailLayout

    init(state: AppState, transfer: TransferSnapshot, size: Size) {
        self.state = state
        self.transfer = transfer
        layout = DetailLayout(size: size, chunks: transfer.chunks.count)
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
        canvas.put(
            TransferText.progress(transfer, isMovementShown: true, columns: columns - 2), row: 1, column: 1,
            columns: columns - 2)
    }

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
        var title: Label = chunks.count == 1 ? "1 chunk" : "\(Format.count(chunks.count)) chunks"
        if chunks.count > 1, let size = detail?.chunkSize { title = "\(title) of \(Format.binarySize(size))" }
        canvas.rule([Span(title, .muted)], note: layout.cells.scale, in: layout.gridTitle)
        ChunkGridView(layout: layout.cells, transfer: transfer, cursor: state.gridCursor)
            .draw(in: layout.grid, on: &canvas)
        canvas.put(ChunkLegend.spans(glyphs: canvas.glyphs), in: layout.legend.line(layout.legend.rows - 1))
        if layout.legend.rows > 1 { canvas.put(counts, in: layout.legend.line(0)) }
    }

    /// How many chunks are in which state.
    private var counts: [Span] {
        var counts = Array(repeating: 0, count: ChunkState.allCases.count)
        for chunk in transfer.chunks { counts[Int(chunk.state.rawValue)] += 1 }
        let names: [(state: ChunkState, name: Label)] = [
            (.done, "safe"), (.skipped, "skipped"), (.active, "moving"), (.verifying, "verifying"),
            (.waiting, "waiting"), (.failed, "failed"), (.pending, "pending"),
        ]
        return names.compactMap { entry in
            let count = counts[Int(entry.state.rawValue)]
            return count > 0 ? Span("\(Format.count(count)) \(entry.name)   ") : nil
        }
    }
}
