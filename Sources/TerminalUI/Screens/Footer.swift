/// The last line: what the keys do now, written from the key map.
enum Footer {
    static func draw(_ state: AppState, in area: Area, on canvas: inout Canvas) {
        guard !area.isEmpty else { return }
        if let notice = state.notice {
            canvas.put(" \(notice)", row: area.row, column: area.column, columns: area.columns, style: .warning)
            return
        }
        if case .filter(let field) = state.layers.last {
            let hints: Label = "Enter keeps  Esc cancels"
            let room = area.columns >= 50 ? hints.width + 2 : 0
            let line = Area(row: area.row, column: area.column, rows: 1, columns: area.columns - room)
            TypedLine.draw(field, before: "/", in: line, on: &canvas)
            canvas.putRight(hints, row: area.row, column: line.columns, columns: max(0, room - 1), style: .muted)
            return
        }
        var column = area.column + 1
        for hint in hints(state.usefulBindings, columns: area.columns - 2) {
            let keys = hint.keys.width
            canvas.put(hint.keys, row: area.row, column: column, columns: keys, style: .key)
            canvas.put(hint.text, row: area.row, column: column + keys + 1, columns: hint.text.width, style: .muted)
            column += hint.width + 2
        }
    }

    struct Hint {
        let keys: Label
        let text: Label
        let width: Int
    }

    /// The hints that fit, in the order of the map. How to get help and how to leave are kept before all others.
    static func hints(_ bindings: [KeyBinding], columns: Int) -> [Hint] {
        let candidates = bindings.compactMap { binding -> (hint: Hint, isEssential: Bool)? in
            guard let text = binding.hint, let key = binding.keys.first else { return nil }
            let keys = binding.hintKeys ?? key.label
            let hint = Hint(keys: keys, text: text, width: keys.width + 1 + text.width)
            return (hint, [.help, .quit, .back].contains(binding.action))
        }
        var room = columns + 2
        var chosen: Set<Int> = []
        for pass in [true, false] {
            for (index, candidate) in candidates.enumerated() where candidate.isEssential == pass {
                guard candidate.hint.width + 2 <= room else { break }
                room -= candidate.hint.width + 2
                chosen.insert(index)
            }
        }
        return candidates.indices.filter(chosen.contains).map { candidates[$0].hint }
    }
}
