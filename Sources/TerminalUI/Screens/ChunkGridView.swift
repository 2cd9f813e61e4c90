import TransferCore

/// The chunks of a transfer as a grid of cells, or as a few bars.
struct ChunkGridView {
    let layout: GridLayout
    let transfer: TransferSnapshot
    /// The chunk under the cursor, if there is a cursor.
    let cursor: Int?

    func draw(in area: Area, on canvas: inout Canvas) {
        guard !area.isEmpty, layout.cells > 0 else { return }
        layout.isBars ? drawBars(in: area, on: &canvas) : drawCells(in: area, on: &canvas)
    }

    private func drawCells(in area: Area, on canvas: inout Canvas) {
        let chunks = transfer.chunks
        for row in 0..<min(layout.rows, area.rows) {
            let first = row * layout.cellsPerRow
            let cells = first..<min(first + layout.cellsPerRow, layout.cells)
            if layout.gutter > 0 {
                let index = Label("\(layout.range(ofCell: first).lowerBound)").leftPadded(to: layout.gutter - 2)
                canvas.put(index, row: area.row + row, column: area.column, columns: layout.gutter, style: .muted)
            }
            canvas.put(
                cells.map { ChunkFace(chunks[layout.range(ofCell: $0)]) }, row: area.row + row,
                column: area.column + layout.gutter)
        }
        if let cursor { drawCursor(layout.cell(ofChunk: cursor), in: area, on: &canvas) }
    }

    /// Brackets around the cell, which never cover a neighbour that is in trouble.
    private func drawCursor(_ cell: Int, in area: Area, on canvas: inout Canvas) {
        let row = area.row + cell / layout.cellsPerRow
        let offset = cell % layout.cellsPerRow
        guard row < area.row + area.rows else { return }
        let column = area.column + layout.gutter + offset
        let face = ChunkFace(transfer.chunks[layout.range(ofCell: cell)])
        canvas.putGlyph(face.glyph(in: canvas.glyphs), row: row, column: column, style: .cursor)
        // At the ends of a row the brackets stand in the margin.
        if offset == 0 || !isProblem(cell - 1) {
            canvas.putGlyph("[", row: row, column: column - 1, style: .title)
        }
        if offset == layout.cellsPerRow - 1 || !isProblem(cell + 1) {
            canvas.putGlyph("]", row: row, column: column + 1, style: .title)
        }
    }

    private func isProblem(_ cell: Int) -> Bool {
        (0..<layout.cells).contains(cell) && ChunkFace(transfer.chunks[layout.range(ofCell: cell)]).isProblem
    }

    /// One bar for each chunk, with its number and its share.
    private func drawBars(in area: Area, on canvas: inout Canvas) {
        let width = area.columns / layout.cellsPerRow
        for (index, chunk) in transfer.chunks.enumerated() {
            let row = area.row + index / layout.cellsPerRow
            guard row < area.row + area.rows else { return }
            let column = area.column + index % layout.cellsPerRow * width
            let isCursor = cursor == index
            let name: Label = isCursor ? "[\(index)]" : " \(index)"
            canvas.put(name, row: row, column: column, columns: 4, style: isCursor ? .title : .muted)
            canvas.put(ChunkBar.faces(of: chunk, columns: width - 11), row: row, column: column + 5)
            let isSafe = chunk.state == .done || chunk.state == .skipped
            canvas.putRight(
                Format.percent(Int64(chunk.share), of: 255, isComplete: isSafe), row: row, column: column + width - 6,
                columns: 5)
        }
    }
}

/// What the signs of the grid mean.
enum ChunkLegend {
    static let faces: [(face: ChunkFace, name: Label, description: Label)] = [
        (.pending(isMoving: false), "pending", "pending: nothing of it is safe yet"),
        (.filling(eighths: 4, isMoving: false), "filling", "filling: the height is the share that is safe"),
        (.safe, "safe", "safe: written and checked"),
        (.verifying, "verify", "being compared with its checksum"),
        (.retry(2), "retry", "so many tries have failed, + for ten and more"),
        (.refetch, "refetch", "fetched again because its content did not match"),
        (.skipped, "skipped", "it was already there"),
        (.failed, "failed", "failed"),
    ]

    /// All signs with their names, for one line.
    static func spans(glyphs: GlyphSet) -> [Span] {
        faces.flatMap { entry -> [Span] in
            let glyph: Label
            switch entry.face {
            case .retry: glyph = "1-9"
            case .filling: glyph = glyphs == .utf8 ? "▁▄▇" : Label(sanitizing: String(entry.face.glyph(in: glyphs)))
            default: glyph = Label(sanitizing: String(entry.face.glyph(in: glyphs)))
            }
            return [Span(glyph, entry.face.style), Span(" \(entry.name) ", .muted)]
        }
    }
}
