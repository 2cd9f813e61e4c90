/// Where the chunks of a transfer stand in an area: which chunks are in which cell, and how many cells in a row.
struct GridLayout: Hashable {
    /// Whether a cell is a bar of its own, because there are only a few chunks.
    let isBars: Bool
    let chunks: Int
    /// At most as many as there are chunks.
    let cells: Int
    let cellsPerRow: Int
    /// The columns of the index before each row.
    let gutter: Int

    /// At most so many chunks are shown as bars.
    static let fewChunks = 20
    private static let narrowestBar = 18

    init(chunks: Int, columns: Int, rows: Int) {
        let rows = max(1, rows)
        let columns = max(1, columns)
        self.chunks = chunks
        let barsPerRow = max(1, (chunks + rows - 1) / rows)
        if chunks <= Self.fewChunks && columns / barsPerRow >= Self.narrowestBar {
            isBars = true
            cells = chunks
            cellsPerRow = barsPerRow
            gutter = 0
            return
        }
        isBars = false
        let digits = String(max(0, chunks - 1)).count
        gutter = columns >= digits + 22 ? digits + 2 : 0
        let room = columns - gutter
        if chunks > room * rows {
            cells = room * rows
            cellsPerRow = room
            return
        }
        cells = chunks
        // Rows that begin at round numbers are easier to read, if all chunks still fit.
        let round = room / 10 * 10
        cellsPerRow = round > 0 && chunks <= round * rows ? round : room
    }

    /// The rows that are in use.
    var rows: Int { cells == 0 ? 0 : (cells + cellsPerRow - 1) / cellsPerRow }

    /// The chunks of a cell.
    func range(ofCell index: Int) -> Range<Int> {
        ChunkBar.range(ofCell: index, of: cells, chunks: chunks)
    }

    /// The cell that holds a chunk.
    func cell(ofChunk chunk: Int) -> Int {
        guard chunks > 0 else { return 0 }
        // The smallest cell whose range ends behind the chunk.
        return min(cells - 1, ((chunk + 1) * cells + chunks - 1) / chunks - 1)
    }

    /// How many chunks a cell stands for.
    var scale: Label {
        let least = cells == 0 ? 1 : chunks / cells
        let most = cells == 0 ? 1 : (chunks + cells - 1) / cells
        if most <= 1 { return isBars ? "1 bar = 1 chunk" : "1 cell = 1 chunk" }
        return least == most
            ? "1 cell = \(Format.count(most)) chunks" : "1 cell = \(Format.count(least))–\(Format.count(most)) chunks"
    }
}
