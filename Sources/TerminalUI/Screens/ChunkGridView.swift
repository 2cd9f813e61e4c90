import TransferCore

/// The chunks of a transfer as a grid of cells, or as a few bars.
struct ChunkGridView {
    let layout: GridLayout
    let content: GridContent
    /// The chunk under the cursor, if there is a cursor.
    let cursor: Int?
    /// Whether chunks under way are being sent, so that nothing of them is safe.
    var isUpload = false

    func draw(in area: Area, on canvas: inout Canvas) {
        guard !area.isEmpty, layout.cells > 0 else { return }
        if layout.isBars { return drawBars(in: area, on: &canvas) }
        var area = area
        if layout.hasOverview {
            GridOverview(layout: layout, pyramid: content.pyramid).draw(in: area.line(0), on: &canvas)
            area.row += 1
            area.rows -= 1
        }
        drawCells(in: area, on: &canvas)
    }

    private func drawCells(in area: Area, on canvas: inout Canvas) {
        for row in 0..<min(layout.rows, area.rows) {
            let first = row * layout.cellsPerRow
            if layout.gutter > 0 {
                let index = Label("\(layout.range(ofCell: first).lowerBound)").leftPadded(to: layout.gutter - 2)
                canvas.put(index, row: area.row + row, column: area.column, columns: layout.gutter, style: .muted)
            }
            for cell in first..<min(first + layout.cellsPerRow, layout.cells) {
                let look = content.look(of: layout.range(ofCell: cell), in: canvas.glyphs)
                canvas.putGlyph(
                    look.glyph, row: area.row + row, column: area.column + layout.gutter + cell - first,
                    style: look.style)
            }
        }
        if let cursor { drawCursor(layout.cell(ofChunk: cursor), in: area, on: &canvas) }
    }

    /// Brackets around the cell, which never cover a neighbour that is in trouble.
    private func drawCursor(_ cell: Int, in area: Area, on canvas: inout Canvas) {
        let row = area.row + cell / layout.cellsPerRow
        let offset = cell % layout.cellsPerRow
        guard row < area.row + area.rows else { return }
        let column = area.column + layout.gutter + offset
        let look = content.look(of: layout.range(ofCell: cell), in: canvas.glyphs)
        canvas.putGlyph(look.glyph, row: row, column: column, style: .cursor)
        // At the ends of a row the brackets stand in the margin.
        if offset == 0 || !isProblem(cell - 1) {
            canvas.putGlyph("[", row: row, column: column - 1, style: .title)
        }
        if offset == layout.cellsPerRow - 1 || !isProblem(cell + 1) {
            canvas.putGlyph("]", row: row, column: column + 1, style: .title)
        }
    }

    private func isProblem(_ cell: Int) -> Bool {
        (0..<layout.cells).contains(cell) && content.pyramid.tally(layout.range(ofCell: cell)).hasProblem
    }

    /// One bar for each chunk, with its number and its share.
    private func drawBars(in area: Area, on canvas: inout Canvas) {
        let width = area.columns / layout.cellsPerRow
        for (index, chunk) in content.pyramid.chunks.enumerated() {
            let row = area.row + index / layout.cellsPerRow
            guard row < area.row + area.rows else { return }
            let column = area.column + index % layout.cellsPerRow * width
            let isCursor = cursor == index
            let name: Label = isCursor ? "[\(index)]" : " \(index)"
            canvas.put(name, row: row, column: column, columns: 4, style: isCursor ? .title : .muted)
            drawBar(of: chunk, index, columns: width - 11, row: row, column: column + 5, on: &canvas)
            let isSafe = chunk.state == .done || chunk.state == .skipped
            canvas.putRight(
                Format.percent(Int64(chunk.share), of: 255, isComplete: isSafe), row: row, column: column + width - 6,
                columns: 5)
        }
    }

    private func drawBar(
        of chunk: ChunkStatus, _ index: Int, columns: Int, row: Int, column: Int, on canvas: inout Canvas
    ) {
        if content.overlay == .state {
            return canvas.put(ChunkBar.faces(of: chunk, isUpload: isUpload, columns: columns), row: row, column: column)
        }
        let look = content.look(of: index..<index + 1, in: canvas.glyphs)
        for offset in 0..<max(0, columns) {
            canvas.putGlyph(look.glyph, row: row, column: column + offset, style: look.style)
        }
    }
}

/// The whole transfer in one row above a part of it, with that part marked.
struct GridOverview {
    let layout: GridLayout
    let pyramid: ChunkPyramid

    func draw(in area: Area, on canvas: inout Canvas) {
        let columns = min(area.columns - layout.gutter, layout.chunks)
        guard columns > 0, !area.isEmpty else { return }
        let start = area.column + layout.gutter
        if layout.gutter >= 5 {
            let name = Label("all").leftPadded(to: layout.gutter - 2)
            canvas.put(name, row: area.row, column: area.column, columns: layout.gutter, style: .muted)
        }
        let faces = ChunkBar.faces(of: pyramid, columns: columns)
        let shown = shownCells(of: columns)
        for (cell, face) in faces.enumerated() {
            var style = face.style
            if shown.contains(cell) { style.attributes.insert(.underline) }
            canvas.putGlyph(face.glyph(in: canvas.glyphs), row: area.row, column: start + cell, style: style)
        }
        // The brackets stand outside the marked cells, and cover nothing that is in trouble.
        for (cell, bracket) in [(shown.lowerBound - 1, Character("[")), (shown.upperBound, "]")] {
            guard cell < 0 || cell >= columns || !faces[cell].isProblem else { continue }
            canvas.putGlyph(bracket, row: area.row, column: start + cell, style: .title)
        }
    }

    /// The cells that hold chunks of the window.
    private func shownCells(of columns: Int) -> Range<Int> {
        let first = layout.window.lowerBound * columns / layout.chunks
        let last = (layout.window.upperBound - 1) * columns / layout.chunks
        return first..<max(first, min(last, columns - 1)) + 1
    }
}
