/// A curve of one row: each cell one value, its height relative to the highest.
enum Sparkline {
    /// The newest values, at most `columns` of them.
    static func label(_ values: [Double], columns: Int) -> Label {
        let shown = values.suffix(max(0, columns))
        guard let peak = shown.max(), peak > 0 else { return "" }
        let levels: [Label] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        return shown.map { levels[max(0, min(7, Int(($0 / peak * 8).rounded(.up)) - 1))] }.joined(separator: "")
    }
}
