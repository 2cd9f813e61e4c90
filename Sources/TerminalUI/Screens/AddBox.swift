/// The form for a new transfer, in a box over the screen.
enum AddBox {
    static func draw(_ form: AddForm, on canvas: inout Canvas) {
        let screen = canvas.area
        let columns = min(76, screen.columns)
        let lines = lines(form, columns: columns - 4)
        let rows = min(screen.rows - 1, lines.count + 6)
        guard rows >= 6, columns >= 24 else {
            let line = screen.line(screen.rows - 1)
            TypedLine.draw(form.line, before: form.focus == .source ? "add:" : "to:", in: line, on: &canvas)
            return
        }
        let box = Area(
            row: max(0, (screen.rows - rows) / 3), column: (screen.columns - columns) / 2, rows: rows, columns: columns)
        canvas.box([Span("Add", .title)], in: box, style: Style(.borderFocus))
        let inner = Area(row: box.row + 1, column: box.column + 1, rows: rows - 2, columns: columns - 2)
        canvas.put(
            [Span(" an address, or a file or folder of yours", .muted), Span(more(form), .accent)], in: inner.line(0))
        draw(form.source, isFocused: form.focus == .source, in: inner.line(1), on: &canvas)
        canvas.put([Span(" where to: a folder here, or a server's address", .muted)], in: inner.line(2))
        draw(form.destination, isFocused: form.focus == .destination, in: inner.line(3), on: &canvas)
        for (offset, line) in lines.enumerated() {
            canvas.put([line], in: inner.line(4 + offset).inset(columns: 1))
        }
    }

    private static func draw(_ field: TextField, isFocused: Bool, in line: Area, on canvas: inout Canvas) {
        if isFocused { return TypedLine.draw(field, before: "›", in: line, on: &canvas) }
        canvas.put([Span(" › ", .muted), Span(Label(sanitizing: field.text))], in: line)
    }

    private static func more(_ form: AddForm) -> Label {
        form.sources.isEmpty ? "" : "  and \(form.sources.count) pasted before"
    }

    /// What is below the fields.
    private static func lines(_ form: AddForm, columns: Int) -> [Span] {
        if form.isWaiting { return [Span("looking…", .muted)] }
        if let refusal = form.refusal { return refusal.wrapped(to: columns, lines: 3).map { Span($0, .error) } }
        if !form.completions.isEmpty {
            // The last part tells them apart.
            let names = form.completions.prefix(40).map { path in
                Label(sanitizing: String(path.dropLast(path.hasSuffix("/") ? 1 : 0).split(separator: "/").last ?? ""))
            }
            return names.joined(separator: "  ").wrapped(to: columns, lines: 3).map { Span($0, .accent) }
        }
        return [Span("without a destination: into the download folder", .muted)]
    }
}
