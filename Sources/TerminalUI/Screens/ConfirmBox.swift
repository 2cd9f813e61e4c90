import TransferCore

/// Asks before a transfer is removed, and says what becomes of its data.
enum ConfirmBox {
    static func draw(_ transfer: TransferSnapshot, state: AppState, on canvas: inout Canvas) {
        let bindings = state.usefulBindings.filter { $0.hint != nil }
        let screen = canvas.area
        guard screen.columns >= 40, screen.rows >= 10 else {
            drawShort(bindings, on: &canvas)
            return
        }
        let columns = min(66, screen.columns - 2)
        let inner = columns - 4
        var lines: [[Span]] = [[Span("Remove \(Label(transfer.name).fitted(to: inner - 8))?", .bold)]]
        if screen.rows >= 14 { lines.append([]) }
        lines += data(transfer).wrapped(to: inner, lines: 3).map { [Span($0)] }
        if screen.rows >= 14 { lines.append([]) }
        for binding in bindings {
            guard let key = binding.keys.first?.label, let hint = binding.hint else { continue }
            let isLong = inner >= 60
            lines.append([
                Span(key + .repeating(" ", count: 5 - key.width), .key), Span(isLong ? binding.description : hint),
            ])
        }
        let rows = min(screen.rows, lines.count + 2)
        let box = Area(
            row: (screen.rows - rows) / 2, column: (screen.columns - columns) / 2, rows: rows, columns: columns)
        drawBorder(box, on: &canvas)
        for (offset, line) in lines.prefix(rows - 2).enumerated() {
            canvas.put(line, row: box.row + 1 + offset, column: box.column + 2, columns: inner)
        }
    }

    /// What is at stake.
    private static func data(_ transfer: TransferSnapshot) -> Label {
        switch (transfer.state, transfer.direction) {
        case (.completed, _): "It is complete. The finished file stays where it is."
        case (_, .download) where transfer.bytesDone > 0:
            "\(Format.size(transfer.bytesDone)) of it are on disk, in an unfinished file beside the destination."
        case (_, .download): "Nothing of it is on disk yet."
        case (_, .upload) where transfer.isEndedAtStore && transfer.bytesDone > 0:
            "The local file stays as it is. The \(Format.size(transfer.bytesDone)) at the object store are deleted: it "
                + "would keep them for ever."
        case (_, .upload) where transfer.bytesDone > 0:
            "The local file stays as it is. The server has \(Format.size(transfer.bytesDone)) of it, and keeps that for "
                + "a while unless it is deleted there."
        case (_, .upload): "The local file stays as it is."
        }
    }

    private static func drawShort(_ bindings: [KeyBinding], on canvas: inout Canvas) {
        let row = canvas.area.rows - 1
        canvas.clear(canvas.area.line(row))
        let keys = bindings.compactMap(\.keys.first?.label).joined(separator: " ")
        canvas.put([Span("Remove? ", .warning), Span(keys, .key)], in: canvas.area.line(row))
    }

    private static func drawBorder(_ box: Area, on canvas: inout Canvas) {
        canvas.clear(box)
        let horizontal = Label.repeating("─", count: box.columns - 2)
        let right = box.column + box.columns - 1
        canvas.put("┌\(horizontal)┐", row: box.row, column: box.column, columns: box.columns, style: .warning)
        for row in box.row + 1..<max(box.row + 1, box.row + box.rows - 1) {
            canvas.put("│", row: row, column: box.column, columns: 1, style: .warning)
            canvas.put("│", row: row, column: right, columns: 1, style: .warning)
        }
        canvas.put(
            "└\(horizontal)┘", row: box.row + box.rows - 1, column: box.column, columns: box.columns, style: .warning)
    }
}
