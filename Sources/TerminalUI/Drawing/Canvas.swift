/// A part of the screen.
struct Area: Hashable {
    var row: Int
    var column: Int
    var rows: Int
    var columns: Int

    /// Whether nothing can be drawn there.
    var isEmpty: Bool { rows <= 0 || columns <= 0 }

    /// The part without so many columns on both sides.
    func inset(columns inset: Int) -> Area {
        Area(row: row, column: column + inset, rows: rows, columns: columns - 2 * inset)
    }

    /// One row of it.
    func line(_ index: Int) -> Area {
        Area(row: row + index, column: column, rows: index < rows && index >= 0 ? 1 : 0, columns: columns)
    }
}

/// A label in one style.
struct Span {
    var label: Label
    var style: Style

    init(_ label: Label, _ style: Style = .text) {
        self.label = label
        self.style = style
    }
}

/// Draws into a frame and never beside it.
struct Canvas {
    private(set) var frame: Frame
    let glyphs: GlyphSet

    init(size: Size, glyphs: GlyphSet) {
        frame = Frame(size: size)
        self.glyphs = glyphs
    }

    /// All of the frame.
    var area: Area { Area(row: 0, column: 0, rows: frame.size.rows, columns: frame.size.columns) }

    /// Draws a label and returns the columns that it took; what does not fit is left out of its middle.
    @discardableResult
    mutating func put(_ label: Label, row: Int, column: Int, columns: Int, style: Style = .text) -> Int {
        guard row >= 0, row < frame.size.rows, column >= 0 else { return 0 }
        let limit = min(columns, frame.size.columns - column)
        guard limit > 0 else { return 0 }
        var used = 0
        for character in TextFitting.fitMiddle(label.description, columns: limit) {
            for piece in CellWidth.pieces(of: character) {
                used += putPiece(piece.text, width: piece.width, row: row, column: column + used, style: style)
            }
        }
        return used
    }

    /// Draws a label at the right end of the columns.
    mutating func putRight(_ label: Label, row: Int, column: Int, columns: Int, style: Style = .text) {
        let fitted = label.fitted(to: columns)
        let width = fitted.width
        put(fitted, row: row, column: column + columns - width, columns: width, style: style)
    }

    /// Draws spans one after the other; the last ones are cut.
    @discardableResult
    mutating func put(_ spans: [Span], row: Int, column: Int, columns: Int) -> Int {
        var used = 0
        for span in spans where used < columns {
            used += put(span.label, row: row, column: column + used, columns: columns - used, style: span.style)
        }
        return used
    }

    /// Draws spans into the first row of an area.
    mutating func put(_ spans: [Span], in area: Area) {
        guard !area.isEmpty else { return }
        put(spans, row: area.row, column: area.column, columns: area.columns)
    }

    /// Draws a glyph that stands for itself in every set and takes one column.
    mutating func putGlyph(_ glyph: Character, row: Int, column: Int, style: Style) {
        guard row >= 0, row < frame.size.rows, column >= 0, column < frame.size.columns else { return }
        set(Cell(String(glyph), style: style), row: row, column: column)
    }

    /// A horizontal rule with a title at its left and a note at its right.
    mutating func rule(_ title: [Span], note: Label = "", in area: Area) {
        guard !area.isEmpty else { return }
        put(
            .repeating("─", count: area.columns), row: area.row, column: area.column, columns: area.columns,
            style: .border)
        var room = area.columns - 2
        if !note.isEmpty && note.width + 8 <= room {
            let width = note.width + 2
            let start = area.column + area.columns - width - 1
            put(" \(note) ", row: area.row, column: start, columns: width, style: .muted)
            room -= width + 2
        }
        guard !title.isEmpty, room > 4 else { return }
        let spans = [Span(" ", .border)] + title
        let used = put(spans, row: area.row, column: area.column + 1, columns: room - 1)
        put(" ", row: area.row, column: area.column + 1 + used, columns: 1, style: .border)
    }

    /// Marks what has been drawn in an area, and the space around it, as standing under the cursor.
    mutating func select(_ area: Area) {
        for row in max(0, area.row)..<max(0, area.row, min(frame.size.rows, area.row + area.rows)) {
            let first = max(0, area.column)
            for column in first..<max(first, min(frame.size.columns, area.column + area.columns)) {
                frame[row, column].style.isSelected = true
            }
        }
    }

    /// Makes an area empty.
    mutating func clear(_ area: Area) {
        for row in max(0, area.row)..<max(0, area.row, min(frame.size.rows, area.row + area.rows)) {
            let first = max(0, area.column)
            for column in first..<max(first, min(frame.size.columns, area.column + area.columns)) {
                set(.blank, row: row, column: column)
            }
        }
    }

    private mutating func putPiece(_ text: String, width: Int, row: Int, column: Int, style: Style) -> Int {
        let drawn = glyphs.drawable(text, width: width)
        if width == 2 && drawn.utf8.count == 2 {
            // The stand-in of a wide character is two narrow ones.
            for (offset, character) in drawn.enumerated() {
                set(Cell(String(character), style: style), row: row, column: column + offset)
            }
        } else {
            set(Cell(drawn, width: UInt8(width), style: style), row: row, column: column)
            if width == 2 {
                frame[row, column + 1] = Cell("", width: 0, style: style)
            }
        }
        return width
    }

    /// Sets a cell, and blanks what is left of a wide character that it cuts in two.
    private mutating func set(_ cell: Cell, row: Int, column: Int) {
        if frame[row, column].width == 0 { frame[row, column - 1] = Cell(" ", style: frame[row, column - 1].style) }
        let end = column + Int(cell.width)
        if end < frame.size.columns && frame[row, end].width == 0 {
            frame[row, end] = Cell(" ", style: frame[row, end].style)
        }
        frame[row, column] = cell
    }
}
