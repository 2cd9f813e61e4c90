import TransferCore

/// Lines whose fields stand below each other.
enum Columns {
    /// - Parameter right: Which columns end rather than begin in line.
    static func lines(_ rows: [[String]], right: Set<Int> = []) -> [String] {
        let rows = rows.map { $0.map { SafeText($0).description } }
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, field) in row.enumerated() {
                let gap = String(repeating: " ", count: widths[column] - field.count)
                let isLast = column == row.count - 1
                line += right.contains(column) ? gap + field : isLast ? field : field + gap
                if !isLast { line += "  " }
            }
            return line
        }
    }
}
