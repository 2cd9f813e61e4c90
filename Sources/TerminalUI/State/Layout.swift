/// How much there is room for.
enum Tier {
    /// Panes side by side.
    case wide
    /// Panes below each other.
    case standard
    /// One short line for each transfer.
    case compact
    /// One line for everything.
    case summary

    init(_ size: Size) {
        if size.columns >= 100 && size.rows >= 30 {
            self = .wide
        } else if size.columns >= 76 && size.rows >= 18 {
            self = .standard
        } else if size.columns >= 40 && size.rows >= 10 {
            self = .compact
        } else {
            self = .summary
        }
    }
}

/// Where things stand on the queue screen. Depends on the size alone, so that nothing jumps when data change.
struct QueueLayout {
    let tier: Tier
    let list: Area
    /// What is known of the selected transfer; empty if there is no room.
    let pane: Area
    let events: Area
    let footer: Area

    init(size: Size) {
        tier = Tier(size)
        let columns = size.columns
        footer = Area(row: size.rows - 1, column: 0, rows: tier == .summary ? 0 : 1, columns: columns)
        switch tier {
        case .wide:
            let bottom = max(10, min(16, size.rows / 3))
            let left = columns / 2
            list = Area(row: 3, column: 0, rows: size.rows - 4 - bottom, columns: columns)
            pane = Area(row: size.rows - 1 - bottom, column: 0, rows: bottom, columns: left)
            events = Area(row: pane.row, column: left + 1, rows: bottom, columns: columns - left - 1)
        case .standard:
            let remaining = size.rows - 4
            let eventRows = remaining >= 16 ? 4 : 0
            list = Area(row: 3, column: 0, rows: remaining - 5 - eventRows, columns: columns)
            pane = Area(row: 3 + list.rows, column: 0, rows: 5, columns: columns)
            events = Area(row: pane.row + 5, column: 0, rows: eventRows, columns: columns)
        case .compact:
            list = Area(row: 1, column: 0, rows: size.rows - 4, columns: columns)
            pane = Area(row: size.rows - 3, column: 0, rows: 2, columns: columns)
            events = Area(row: 0, column: 0, rows: 0, columns: 0)
        case .summary:
            list = Area(row: 0, column: 0, rows: 1, columns: columns)
            pane = Area(row: 0, column: 0, rows: 0, columns: 0)
            events = pane
        }
    }
}
