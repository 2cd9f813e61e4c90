import TransferCore

/// What keys do on the screen of one transfer.
extension AppState {
    /// The pyramid of the transfer that is looked at.
    private var chunks: ChunkPyramid? { selected.map { pyramids[$0] } }

    /// Where the chunks of the transfer stand on the screen of this size.
    private var cells: GridLayout {
        DetailLayout(size: size, chunks: selected?.chunks.count ?? 0, view: grid).cells
    }

    mutating func openDetail() -> [Command] {
        guard let selected, let chunks else { return [] }
        layers.append(.detail(selected.id))
        grid = GridState()
        grid.cursor =
            chunks.problem(in: chunks.chunks.indices)
            ?? chunks.chunks.firstIndex { $0.state != .done && $0.state != .skipped } ?? 0
        return [.engine(.watch(selected.id))]
    }

    mutating func moveInGrid(_ action: Action) {
        let cells = cells
        guard cells.cells > 0, let chunks else { return }
        let target =
            switch action {
            case .moveUp: cells.chunk(-cells.cellsPerRow, cellsFrom: grid.cursor)
            case .moveDown: cells.chunk(cells.cellsPerRow, cellsFrom: grid.cursor)
            case .moveLeft: cells.chunk(-1, cellsFrom: grid.cursor)
            case .moveRight: cells.chunk(1, cellsFrom: grid.cursor)
            case .moveToStart: 0
            case .moveToEnd: cells.chunks - 1
            default: grid.cursor
            }
        let before = grid.cursor
        guard target != before else { return }
        grid.cursor = target
        // Of many chunks in a cell, the one that had trouble is the one that is worth a look.
        let after = self.cells
        let cell = after.range(ofCell: after.cell(ofChunk: target))
        let ahead = target > before ? before + 1..<max(before + 1, cell.upperBound) : 0..<before
        grid.cursor = chunks.problem(in: cell.clamped(to: ahead)) ?? target
        grid.first = after.window.lowerBound
    }

    /// Looks closer, or at more.
    mutating func zoom(by step: Int) {
        let before = cells
        let zoom = min(max(0, before.zoom + step), before.deepestZoom)
        if zoom == before.zoom {
            notice = step > 0 ? "each cell is one chunk already" : "these are all chunks already"
        }
        grid.zoom = zoom
        // The window opens around the cursor.
        grid.first = .max
        grid.first = cells.window.lowerBound
    }

    mutating func moveToProblem(forward: Bool) -> [Command] {
        guard let chunks else { return [] }
        let all = chunks.chunks.indices
        let cursor = grid.cursor
        let found =
            forward
            ? chunks.problem(in: min(cursor + 1, all.upperBound)..<all.upperBound)
                ?? chunks.problem(in: 0..<min(cursor + 1, all.upperBound))
            : chunks.problem(in: 0..<min(cursor, all.upperBound), last: true)
                ?? chunks.problem(in: min(cursor, all.upperBound)..<all.upperBound, last: true)
        guard let found else {
            notice = "no chunk had trouble"
            return []
        }
        if found == cursor { notice = "no other chunk had trouble" }
        return look(at: found)
    }

    // MARK: The inspector

    mutating func openInspector() -> [Command] {
        guard let selected, !selected.chunks.isEmpty else {
            notice = "no chunk is known yet"
            return []
        }
        layers.append(.inspector(selected.id))
        return look(at: grid.cursor)
    }

    /// Goes to a neighbour.
    mutating func step(by step: Int) -> [Command] {
        guard let count = selected?.chunks.count, (0..<count).contains(grid.cursor + step) else {
            notice = step > 0 ? "this is the last chunk" : "this is the first chunk"
            return []
        }
        return look(at: grid.cursor + step)
    }

    /// Puts the cursor on a chunk; the engine is asked about it if it is looked at closely.
    private mutating func look(at chunk: Int) -> [Command] {
        grid.cursor = chunk
        grid.first = cells.window.lowerBound
        guard case .inspector(let id) = layers.last else { return [] }
        return [.engine(.inspect(id, chunk: chunk))]
    }

    /// When the countdown of the chunk that is looked at shows another number.
    var nextChunkTick: Instant? {
        guard case .inspector = layers.last, let next = snapshot.watched?.chunk?.nextTry, next > now else { return nil }
        return next + .seconds(1 - Format.wholeSeconds(next - now))
    }
}
