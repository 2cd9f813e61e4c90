import TransferCore

/// What keys do on the screen of one transfer.
extension AppState {
    mutating func openDetail() -> [Command] {
        guard let selected else { return [] }
        layers.append(.detail(selected.id))
        let chunks = selected.chunks
        gridCursor =
            chunks.firstIndex { ChunkFace(CollectionOfOne($0)).isProblem }
            ?? chunks.firstIndex { $0.state != .done && $0.state != .skipped } ?? 0
        return [.engine(.watch(selected.id))]
    }

    mutating func moveInGrid(_ action: Action) {
        let grid = DetailLayout(size: size, chunks: selected?.chunks.count ?? 0).cells
        guard grid.cells > 0 else { return }
        let cell = grid.cell(ofChunk: gridCursor)
        let target =
            switch action {
            case .moveUp: cell - grid.cellsPerRow
            case .moveDown: cell + grid.cellsPerRow
            case .moveLeft: cell - 1
            case .moveRight: cell + 1
            case .moveToStart: 0
            case .moveToEnd: grid.cells - 1
            default: cell
            }
        guard target != cell, (0..<grid.cells).contains(target) else { return }
        gridCursor = grid.range(ofCell: target).lowerBound
    }

    mutating func moveToProblem(forward: Bool) {
        let chunks = selected?.chunks ?? []
        for step in 1...max(1, chunks.count) where !chunks.isEmpty {
            let index = (gridCursor + (forward ? step : chunks.count - step)) % chunks.count
            if ChunkFace(CollectionOfOne(chunks[index])).isProblem {
                if index == gridCursor { notice = "no other chunk had trouble" }
                gridCursor = index
                return
            }
        }
        notice = "no chunk had trouble"
    }
}
