import TransferCore

/// The chunks around one, each in a cell: their states, and where there is room what was measured of them.
struct ChunkStrip {
    let transfer: TransferSnapshot
    let detail: TransferDetail?
    let index: Int
    let pyramid: ChunkPyramid

    func draw(in area: Area, on canvas: inout Canvas) {
        let name = 9
        let room = area.columns - name - 1
        guard room > 2, !area.isEmpty else { return }
        let first = max(0, min(index - room / 2, transfer.chunks.count - room))
        let chunks = first..<min(first + room, transfer.chunks.count)
        let overlays: [GridOverlay] = [.state, .speed, .retries, .latency]
        for (row, overlay) in overlays.prefix(area.rows).enumerated() {
            let content = GridContent(pyramid, overlay: overlay, detail: detail)
            canvas.put(overlay.name, row: area.row + row, column: area.column, columns: name, style: .muted)
            for chunk in chunks {
                let look = content.look(of: chunk..<chunk + 1, in: canvas.glyphs)
                let column = area.column + name + chunk - first
                canvas.putGlyph(
                    look.glyph, row: area.row + row, column: column, style: chunk == index ? .cursor : look.style)
            }
        }
        // Brackets tell the chunk where styles cannot; they cover nothing that is in trouble.
        for (chunk, bracket) in [(index - 1, Character("[")), (index + 1, "]")] {
            let isTrouble = chunks.contains(chunk) && pyramid.tally(chunk..<chunk + 1).hasProblem
            let column = area.column + name + chunk - first
            guard !isTrouble, chunk - first < room + 1 else { continue }
            canvas.putGlyph(bracket, row: area.row, column: column, style: .title)
        }
    }
}
