import TransferCore

/// Asks before transfers are removed, and says what becomes of their data.
enum ConfirmBox {
    static func draw(_ transfers: [TransferSnapshot], state: AppState, on canvas: inout Canvas) {
        guard let first = transfers.first else { return }
        let bindings = state.usefulBindings.filter { $0.hint != nil }
        let screen = canvas.area
        guard screen.columns >= 40, screen.rows >= 10 else {
            drawShort(bindings, on: &canvas)
            return
        }
        let columns = min(66, screen.columns - 2)
        let inner = columns - 4
        let what: Label =
            transfers.count == 1 ? Label(first.name).fitted(to: inner - 8) : "\(transfers.count) transfers"
        var lines: [[Span]] = [[Span("Remove \(what)?", .bold)]]
        if screen.rows >= 14 { lines.append([]) }
        lines += (transfers.count == 1 ? data(first) : data(transfers)).wrapped(to: inner, lines: 3).map { [Span($0)] }
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
        canvas.box(in: box, style: .warning)
        for (offset, line) in lines.prefix(rows - 2).enumerated() {
            canvas.put(line, row: box.row + 1 + offset, column: box.column + 2, columns: inner)
        }
    }

    private static func data(_ transfers: [TransferSnapshot]) -> Label {
        let unfinished = transfers.filter { $0.state != .completed }
        guard !unfinished.isEmpty else { return "They are complete. The finished files stay where they are." }
        let bytes = unfinished.reduce(0) { $0 + $1.bytesDone }
        let complete = transfers.count - unfinished.count
        let files: Label = complete > 0 ? "Finished files stay where they are. " : ""
        let some: Label = "\(files)\(unfinished.count) of them \(unfinished.count == 1 ? "is" : "are") unfinished"
        if unfinished.contains(where: \.isEndedAtStore) {
            return
                "\(some), with \(Format.size(bytes)) safe so far; what object stores have of uploads is deleted in any case."
        }
        return "\(some), with \(Format.size(bytes)) safe so far."
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
}
