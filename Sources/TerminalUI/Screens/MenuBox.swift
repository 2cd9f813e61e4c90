/// A list from which one thing is chosen, in a box over the screen.
enum MenuBox {
    static func draw(_ menu: Menu, state: AppState, on canvas: inout Canvas) {
        let items = state.items(of: menu)
        let screen = canvas.area
        let columns = min(menu.isTyped ? 72 : 40, screen.columns)
        let heading = menu.isTyped ? 1 : 0
        let rows = min(screen.rows - 1, items.count + heading + 2)
        guard rows >= 3 + heading, columns >= 16 else {
            drawShort(menu, items, on: &canvas)
            return
        }
        let box = Area(
            row: max(0, (screen.rows - rows) / 3), column: (screen.columns - columns) / 2, rows: rows, columns: columns)
        canvas.box([Span(menu.title, .title)], in: box, style: Style(.borderFocus))
        let inner = Area(row: box.row + 1, column: box.column + 1, rows: rows - 2, columns: columns - 2)
        if menu.isTyped { TypedLine.draw(menu.field, before: ":", in: inner.line(0), on: &canvas) }
        let list = Area(
            row: inner.row + heading, column: inner.column, rows: inner.rows - heading, columns: inner.columns)
        let first = max(0, min(menu.index - list.rows / 2, items.count - list.rows))
        for (offset, item) in items[first..<min(items.count, first + list.rows)].enumerated() {
            draw(item, isSelected: first + offset == menu.index, in: list.line(offset), on: &canvas)
        }
        if items.isEmpty, list.rows > 0 { canvas.put([Span("  nothing like that", .muted)], in: list.line(0)) }
    }

    private static func draw(_ item: Menu.Item, isSelected: Bool, in line: Area, on canvas: inout Canvas) {
        if isSelected { canvas.put("▌", row: line.row, column: line.column, columns: 1, style: .accent) }
        let note = min(item.note.width, line.columns / 3)
        canvas.put(
            item.name, row: line.row, column: line.column + 2, columns: line.columns - 4 - note,
            style: isSelected ? .selection : .text)
        canvas.putRight(
            item.note, row: line.row, column: line.column + line.columns - note - 1, columns: note, style: .key)
        if isSelected { canvas.select(line) }
    }

    /// Where there is no room for a box.
    private static func drawShort(_ menu: Menu, _ items: [Menu.Item], on canvas: inout Canvas) {
        let line = canvas.area.line(canvas.area.rows - 1)
        canvas.clear(line)
        let name = items.indices.contains(menu.index) ? items[menu.index].name : "nothing like that"
        canvas.put([Span("\(menu.title): ", .muted), Span(name, .selection)], in: line)
    }
}

/// A line that is being typed, with its cursor.
enum TypedLine {
    static func draw(_ field: TextField, before prompt: Label, in area: Area, on canvas: inout Canvas) {
        guard !area.isEmpty else { return }
        canvas.clear(area)
        let start = area.column + 1
        let used = canvas.put(prompt, row: area.row, column: start, columns: area.columns - 1, style: .key)
        let room = area.columns - used - 3
        guard room > 0 else { return }
        // The cursor is always in sight.
        let before = Label(sanitizing: field.beforeCursor).suffix(columns: room - 1)
        let column = start + used + 1
        let width = canvas.put(before, row: area.row, column: column, columns: room)
        let under = field.afterCursor.first.map { Label(sanitizing: String($0)) } ?? " "
        let cursor = canvas.put(under, row: area.row, column: column + width, columns: room - width, style: .cursor)
        let after = Label(sanitizing: String(field.afterCursor.dropFirst()))
        let rest = room - width - cursor
        canvas.put(after.prefix(columns: rest), row: area.row, column: column + width + cursor, columns: rest)
    }
}
