/// The size of a screen or of a part of it.
public struct Size: Hashable, Sendable {
    public var columns: Int
    public var rows: Int

    /// At least one column and one row.
    public init(columns: Int, rows: Int) {
        self.columns = max(1, columns)
        self.rows = max(1, rows)
    }
}

/// One place on the screen.
public struct Cell: Hashable, Sendable {
    /// What stands there: a base character and its marks, at most five code points. Empty in the second half of a
    /// wide character.
    public var text: String
    /// The columns it takes: 1 or 2, and 0 in the second half of a wide character.
    public var width: UInt8
    public var style: Style

    public init(_ text: String, width: UInt8 = 1, style: Style = .text) {
        self.text = text
        self.width = width
        self.style = style
    }

    /// A place where nothing stands.
    public static let blank = Cell(" ")
}

/// A rendered screen: rows of cells, nothing else.
public struct Frame: Hashable, Sendable {
    public let size: Size
    /// All cells, row by row.
    private var cells: [Cell]

    /// An empty screen.
    public init(size: Size) {
        self.size = size
        cells = Array(repeating: .blank, count: size.columns * size.rows)
    }

    /// The cells of one row.
    public subscript(row: Int) -> ArraySlice<Cell> {
        cells[row * size.columns..<(row + 1) * size.columns]
    }

    /// One cell.
    public internal(set) subscript(row: Int, column: Int) -> Cell {
        get { cells[row * size.columns + column] }
        set { cells[row * size.columns + column] = newValue }
    }

    /// The text of one row, without its styles.
    public func text(ofRow row: Int) -> String {
        self[row].reduce(into: "") { $0 += $1.text }
    }
}

extension Frame: CustomStringConvertible {
    /// The text of all rows, without trailing spaces, and then the runs of every row that are not in the plain style.
    public var description: String {
        var lines = ["\(size.columns)x\(size.rows)"]
        lines += (0..<size.rows).map { row in
            var text = text(ofRow: row)
            while text.last == " " { text.removeLast() }
            return "|" + text
        }
        lines.append("styles")
        for row in 0..<size.rows {
            let runs = runs(ofRow: row)
            if !runs.isEmpty { lines.append("\(row): " + runs.joined(separator: ", ")) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func runs(ofRow row: Int) -> [String] {
        let looks = spans(ofRow: row) { cell -> String? in
            var style = cell.style
            style.isSelected = false
            return style == .text ? nil : ([style.role.rawValue] + style.attributes.names).joined(separator: "+")
        }
        return looks + spans(ofRow: row) { $0.style.isSelected ? "selected" : nil }
    }

    /// The runs of cells of one name, those without a name left out.
    private func spans(ofRow row: Int, _ name: (Cell) -> String?) -> [String] {
        var spans: [String] = []
        var start = 0
        while start < size.columns {
            let shared = name(self[row, start])
            var end = start + 1
            while end < size.columns && name(self[row, end]) == shared { end += 1 }
            if let shared { spans.append("\(shared) \(start)-\(end - 1)") }
            start = end
        }
        return spans
    }
}
