/// The tabs of the queue with what is in them, and what else narrows the list down.
enum TabBar {
    /// Where it stands.
    static let row = 1

    static func draw(_ state: AppState, on canvas: inout Canvas) {
        let line = canvas.area.line(row)
        var end = 0
        for piece in pieces(state) {
            canvas.put(piece.spans, row: row, column: piece.columns.lowerBound, columns: piece.columns.count)
            end = piece.columns.upperBound
        }
        let room = line.columns - end - 3
        let chips = chips(state, columns: room)
        if !chips.isEmpty { canvas.putRight(chips, row: row, column: end + 2, columns: room, style: .accent) }
    }

    /// The tab that a click in the bar is on.
    static func tab(at column: Int, state: AppState) -> QueueView.Tab? {
        pieces(state).first { $0.columns.contains(column) }?.tab
    }

    private struct Piece {
        let tab: QueueView.Tab
        let columns: Range<Int>
        let spans: [Span]
    }

    /// Every tab with its place. Those that are empty are there too: nothing jumps when something comes into them.
    private static func pieces(_ state: AppState) -> [Piece] {
        var column = 1
        return QueueView.Tab.allCases.map { tab in
            let count = state.summary.count(tab)
            let isShown = state.view.tab == tab
            let style: Style = isShown ? .title : (count > 0 ? tab.style : .muted)
            let name: Label = count > 0 ? "\(tab.name) \(Format.count(count))" : tab.name
            let label: Label = isShown ? "[\(name)]" : " \(name) "
            let columns = column..<column + label.width
            column = columns.upperBound
            return Piece(tab: tab, columns: columns, spans: [Span(label, style)])
        }
    }

    private static func chips(_ state: AppState, columns: Int) -> Label {
        var chips: [Label] = []
        if !state.marks.isEmpty { chips.append("\(Format.count(state.marks.count)) marked") }
        if !state.view.filter.isEmpty { chips.append("filter: \(Label(sanitizing: state.view.filter))") }
        if state.view.order != .queue || state.view.isReversed {
            chips.append("sort: \(state.view.order.name) \(state.view.isReversed ? "▲" : "▼")")
        }
        let all = chips.joined(separator: "  ")
        return all.width <= columns ? all : (chips.first ?? "").fitted(to: max(0, columns))
    }
}
