/// Where the chunks of a transfer stand in an area: which part of them is shown, which chunks are in which cell, and
/// how many cells in a row.
struct GridLayout: Hashable {
    /// Whether a cell is a bar of its own, because there are only a few chunks.
    let isBars: Bool
    /// All chunks of the transfer.
    let chunks: Int
    /// The chunks that the cells stand for: all of them unless it is zoomed in.
    let window: Range<Int>
    /// At most as many as there are chunks.
    let cells: Int
    let cellsPerRow: Int
    /// The columns of the index before each row.
    let gutter: Int
    /// How often it is zoomed in, and how often it can be.
    let zoom: Int
    let deepestZoom: Int

    /// At most so many chunks are shown as bars.
    static let fewChunks = 20
    private static let narrowestBar = 18

    init(chunks: Int, columns: Int, rows: Int, view: GridState = GridState()) {
        let rows = max(1, rows)
        let columns = max(1, columns)
        self.chunks = chunks
        let barsPerRow = max(1, (chunks + rows - 1) / rows)
        isBars = chunks <= Self.fewChunks && columns / barsPerRow >= Self.narrowestBar
        let digits = String(max(0, chunks - 1)).count
        gutter = !isBars && columns >= digits + 22 ? digits + 2 : 0
        let room = columns - gutter
        // Rows that begin at round numbers are easier to read, if all chunks still fit.
        let round = room >= 10 ? room / 10 * 10 : room
        // One row gives an overview as soon as a part is shown only.
        let closest = round * (rows - 1)
        deepestZoom = chunks <= room * rows || closest < 1 ? 0 : Self.zoom(ofAtMost: closest, chunks)
        zoom = min(max(0, view.zoom), deepestZoom)
        if isBars {
            (window, cells, cellsPerRow) = (0..<chunks, chunks, barsPerRow)
        } else if zoom == 0 {
            window = 0..<chunks
            cells = min(chunks, room * rows)
            cellsPerRow = chunks <= round * rows ? round : room
        } else if zoom == deepestZoom {
            window = Self.window(of: closest, view, chunks, step: round)
            (cells, cellsPerRow) = (window.count, round)
        } else {
            window = Self.window(of: ((chunks - 1) >> (2 * zoom)) + 1, view, chunks, step: 1)
            (cells, cellsPerRow) = (min(window.count, room * (rows - 1)), room)
        }
    }

    /// How often the number of chunks has to be quartered to come down to `most`.
    private static func zoom(ofAtMost most: Int, _ chunks: Int) -> Int {
        (1...).first { ((chunks - 1) >> (2 * $0)) + 1 <= most } ?? 1
    }

    /// `length` chunks that begin at a multiple of `step`: those that were shown before if the cursor is among them, or
    /// else those around the cursor.
    private static func window(of length: Int, _ view: GridState, _ chunks: Int, step: Int) -> Range<Int> {
        let cursor = min(max(0, view.cursor), chunks - 1)
        let last = (chunks - length + step - 1) / step * step
        func window(from first: Int) -> Range<Int> {
            let first = min(max(0, first / step * step), last)
            return first..<min(first + length, chunks)
        }
        let before = window(from: view.first)
        if before.contains(cursor) { return before }
        let around = window(from: cursor - length / 2)
        return around.contains(cursor) ? around : window(from: cursor)
    }

    /// The rows of cells that are in use, without the overview.
    var rows: Int { cells == 0 ? 0 : (cells + cellsPerRow - 1) / cellsPerRow }

    /// Whether the row above the cells shows the whole transfer.
    var hasOverview: Bool { zoom > 0 }

    /// The chunks of a cell. Together the cells hold every chunk of the window once.
    func range(ofCell index: Int) -> Range<Int> {
        let range = ChunkBar.range(ofCell: index, of: cells, chunks: window.count)
        return window.lowerBound + range.lowerBound..<window.lowerBound + range.upperBound
    }

    /// The cell that holds a chunk of the window.
    func cell(ofChunk chunk: Int) -> Int {
        guard !window.isEmpty else { return 0 }
        let offset = min(max(0, chunk - window.lowerBound), window.count - 1)
        // The smallest cell whose range ends behind the chunk.
        return min(cells - 1, ((offset + 1) * cells + window.count - 1) / window.count - 1)
    }

    /// The chunk that is so many cells from another, as nearly as can be said beyond the window.
    func chunk(_ cellsAway: Int, cellsFrom chunk: Int) -> Int {
        let target = cell(ofChunk: chunk) + cellsAway
        if (0..<cells).contains(target) { return range(ofCell: target).lowerBound }
        guard zoom > 0 else { return chunk }
        let beyond = target < 0 ? target : target - cells + 1
        let from = target < 0 ? window.lowerBound : window.upperBound - 1
        return min(max(0, from + beyond * window.count / cells), chunks - 1)
    }

    /// How many chunks a cell stands for.
    var scale: Label {
        let least = cells == 0 ? 1 : window.count / cells
        let most = cells == 0 ? 1 : (window.count + cells - 1) / cells
        if most <= 1 { return isBars ? "1 bar = 1 chunk" : "1 cell = 1 chunk" }
        return least == most
            ? "1 cell = \(Format.count(most)) chunks" : "1 cell = \(Format.count(least))–\(Format.count(most)) chunks"
    }

    /// How much closer it looks than at everything.
    var magnification: Label? {
        guard zoom > 0 else { return nil }
        return zoom == deepestZoom ? "zoom 1:1" : "zoom \(1 << (2 * zoom))×"
    }
}
