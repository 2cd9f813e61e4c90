/// Where things stand on the screen of one transfer. Depends on the size, on the number of chunks and on how closely
/// they are looked at.
struct DetailLayout {
    let tier: Tier
    let facts: Area
    /// The title of the grid, its cells, and its legend.
    let gridTitle: Area
    let grid: Area
    let legend: Area
    let cursor: Area
    let inFlight: Area
    let events: Area
    let footer: Area
    let cells: GridLayout

    init(size: Size, chunks: Int, view: GridState = GridState()) {
        tier = Tier(size)
        let columns = size.columns
        let none = Area(row: 0, column: 0, rows: 0, columns: 0)
        footer = Area(row: size.rows - 1, column: 0, rows: tier == .summary ? 0 : 1, columns: columns)
        let factRows: Int
        let legendRows: Int
        var bottom: Int
        switch tier {
        case .wide: (factRows, legendRows, bottom) = (5, 2, 6 + (size.rows - 30) / 2)
        case .standard: (factRows, legendRows, bottom) = (4, 1, size.rows >= 24 ? 10 : 5)
        case .compact: (factRows, legendRows, bottom) = (2, 0, 0)
        case .summary: (factRows, legendRows, bottom) = (0, 0, 0)
        }
        let top = tier == .summary ? 1 : 2
        facts = Area(row: top, column: 0, rows: factRows, columns: columns)
        let gridTop = top + factRows
        let free = max(0, size.rows - footer.rows - gridTop - 1 - legendRows - bottom)
        gridTitle = Area(row: gridTop, column: 0, rows: tier == .summary ? 0 : 1, columns: columns)
        var room = Area(row: gridTop + 1, column: 1, rows: tier == .summary ? 0 : free, columns: columns - 2)
        cells = GridLayout(chunks: chunks, columns: room.columns, rows: room.rows, view: view)
        if bottom > 0 {
            // What the grid does not need goes to the panes below it.
            let spare = max(0, room.rows - max(1, cells.rows) - (cells.hasOverview ? 1 : 0))
            room.rows -= spare
            bottom += spare
        }
        grid = room
        legend = Area(row: room.row + room.rows, column: 1, rows: legendRows, columns: columns - 2)
        let bottomRow = size.rows - 1 - bottom
        switch tier {
        case .wide:
            let half = columns / 2
            let eventRows = max(3, bottom / 3)
            let rows = bottom - eventRows
            cursor = Area(row: bottomRow, column: 0, rows: rows, columns: half)
            inFlight = Area(row: bottomRow, column: half + 1, rows: rows, columns: columns - half - 1)
            events = Area(row: bottomRow + rows, column: 0, rows: eventRows, columns: columns)
        case .standard where bottom >= 10:
            let spare = bottom - 10
            let requests = 4 + min(6, spare)
            cursor = Area(row: bottomRow, column: 0, rows: 3, columns: columns)
            inFlight = Area(row: bottomRow + 3, column: 0, rows: requests, columns: columns)
            events = Area(row: bottomRow + 3 + requests, column: 0, rows: bottom - 3 - requests, columns: columns)
        case .standard:
            cursor = Area(row: bottomRow, column: 0, rows: 2, columns: columns)
            inFlight = Area(row: bottomRow + 2, column: 0, rows: bottom - 2, columns: columns)
            events = none
        case .compact, .summary:
            cursor = none
            inFlight = none
            events = none
        }
    }
}
