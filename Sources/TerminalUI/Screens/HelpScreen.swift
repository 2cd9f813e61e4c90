import TransferCore

/// All keys and all signs, written from the key map and the faces of chunks.
enum HelpScreen {
    static func draw(_ state: AppState, on canvas: inout Canvas) {
        let area = canvas.area
        guard area.rows > 2 else {
            canvas.put([Span("? closes the help", .muted)], in: area)
            return
        }
        let lines = lines(state.keyMap)
        let rows = area.rows - 2
        let first = max(0, min(state.helpScroll, lines.count - rows))
        let shown = lines[first..<min(lines.count, first + rows)]
        let isAll = rows >= lines.count
        canvas.rule(
            [Span("Keys and signs", .title)], note: isAll ? "" : "\(first + shown.count) of \(lines.count) lines",
            in: area.line(0))
        for (offset, line) in shown.enumerated() {
            draw(line, in: area.line(offset + 1).inset(columns: 1), on: &canvas)
        }
        Footer.draw(state, in: area.line(area.rows - 1), on: &canvas)
    }

    /// One line of the help.
    enum Line {
        case title(Label)
        case key(Label, Label)
        case face(ChunkFace, Label)
        case blank
    }

    static func lines(_ keyMap: KeyMap) -> [Line] {
        let shared: Set<KeyContext> = [.queue, .detail]
        var lines: [Line] = []
        func add(_ title: Label, _ bindings: [KeyBinding]) {
            guard !bindings.isEmpty else { return }
            if !lines.isEmpty { lines.append(.blank) }
            lines.append(.title(title))
            lines += bindings.map { .key($0.keysLabel, $0.description) }
        }
        add("In the queue and in a transfer", keyMap.bindings.filter { $0.contexts.isSuperset(of: shared) })
        for context in KeyContext.allCases where context != .help {
            let own = keyMap.bindings(in: context).filter { !$0.contexts.isSuperset(of: shared) }
            add(context.title, own)
        }
        lines += [.blank, .title("Signs of chunks")]
        lines += ChunkLegend.faces.map { .face($0.face, $0.description) }
        return lines
    }

    private static func draw(_ line: Line, in area: Area, on canvas: inout Canvas) {
        let keys = 16
        switch line {
        case .title(let title): canvas.put([Span(title, .bold)], in: area)
        case .key(let key, let description):
            canvas.put(key, row: area.row, column: area.column + 1, columns: min(keys, area.columns), style: .key)
            canvas.put(
                description, row: area.row, column: area.column + keys + 2, columns: area.columns - keys - 2)
        case .face(let face, let description):
            canvas.putGlyph(
                face.glyph(in: canvas.glyphs), row: area.row, column: area.column + 1, style: face.style)
            canvas.put(
                description, row: area.row, column: area.column + keys + 2, columns: area.columns - keys - 2)
        case .blank: break
        }
    }
}
