extension Canvas {
    /// An empty box with a border and a title in it.
    mutating func box(_ title: [Span] = [], in area: Area, style: Style) {
        clear(area)
        let horizontal = Label.repeating("─", count: area.columns - 2)
        let right = area.column + area.columns - 1
        let bottom = area.row + area.rows - 1
        put("┌\(horizontal)┐", row: area.row, column: area.column, columns: area.columns, style: style)
        for row in area.row + 1..<max(area.row + 1, bottom) {
            put("│", row: row, column: area.column, columns: 1, style: style)
            put("│", row: row, column: right, columns: 1, style: style)
        }
        put("└\(horizontal)┘", row: bottom, column: area.column, columns: area.columns, style: style)
        guard !title.isEmpty else { return }
        put([Span(" ")] + title + [Span(" ")], row: area.row, column: area.column + 2, columns: area.columns - 4)
    }
}
