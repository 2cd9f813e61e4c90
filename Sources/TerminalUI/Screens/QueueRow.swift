import TransferCore

/// The columns of the list, and one line of it.
struct QueueRow {
    private let name: Int
    private let bar: Int
    private let status: Int
    private let columns: Int

    private static let percent = 4
    private static let speed = 10
    private static let timeLeft = 6

    init(columns: Int) {
        self.columns = columns
        status = columns >= 120 ? 26 : 15
        let flexible = columns - 4 - 5 - Self.percent - Self.speed - Self.timeLeft - status
        bar = min(44, flexible * 4 / 9)
        name = flexible - bar
    }

    private var barColumn: Int { 4 + name + 1 }
    private var percentColumn: Int { barColumn + bar + 1 }
    private var speedColumn: Int { percentColumn + Self.percent + 1 }
    private var timeLeftColumn: Int { speedColumn + Self.speed + 1 }
    private var statusColumn: Int { timeLeftColumn + Self.timeLeft + 1 }

    func drawHeading(row: Int, on canvas: inout Canvas) {
        canvas.rule([], in: Area(row: row, column: 0, rows: 1, columns: columns))
        let headings: [(text: Label, column: Int, width: Int, isRight: Bool)] = [
            (" Name ", 3, name, false),
            (" Chunks ", barColumn - 1, bar, false),
            (" Done ", percentColumn - 2, Self.percent + 3, true),
            (" Speed ", speedColumn, Self.speed + 1, true),
            (" ETA ", timeLeftColumn, Self.timeLeft + 1, true),
            (" Status ", statusColumn - 1, status, false),
        ]
        for heading in headings {
            if heading.isRight {
                canvas.putRight(heading.text, row: row, column: heading.column, columns: heading.width, style: .muted)
            } else {
                canvas.put(heading.text, row: row, column: heading.column, columns: heading.width, style: .muted)
            }
        }
    }

    /// - Parameter pyramid: That of the chunks of the transfer.
    func draw(
        _ transfer: TransferSnapshot, pyramid: ChunkPyramid, isSelected: Bool, now: Instant, row: Int,
        on canvas: inout Canvas
    ) {
        let text: Style = isSelected ? .selection : (transfer.state == .completed ? .muted : .text)
        if isSelected { canvas.put("▌", row: row, column: 0, columns: 1, style: .accent) }
        canvas.put(TransferText.arrow(transfer), row: row, column: 2, columns: 1, style: .rate)
        canvas.put(Label(transfer.name), row: row, column: 4, columns: name, style: text)
        if transfer.bytesTotal == nil && transfer.chunks.isEmpty && transfer.bytesDone > 0 {
            canvas.put(
                "\(Format.size(transfer.bytesDone)) so far", row: row, column: barColumn, columns: bar, style: .muted)
        } else {
            canvas.put(
                ChunkBar.faces(of: transfer, pyramid: pyramid, columns: bar), row: row, column: barColumn)
        }
        canvas.putRight(
            TransferText.percent(transfer), row: row, column: percentColumn, columns: Self.percent, style: text)
        canvas.putRight(TransferText.speed(transfer), row: row, column: speedColumn, columns: Self.speed, style: text)
        canvas.putRight(
            TransferText.timeLeft(transfer), row: row, column: timeLeftColumn, columns: Self.timeLeft, style: text)
        let status = TransferText.status(transfer, now: now, columns: status)
        canvas.put(status.label, row: row, column: statusColumn, columns: self.status, style: status.style)
        if isSelected { canvas.select(Area(row: row, column: 0, rows: 1, columns: columns)) }
    }
}

/// A line of the list where there is little room: name, share, speed.
enum CompactRow {
    static func draw(
        _ transfer: TransferSnapshot, isSelected: Bool, now: Instant, in area: Area, on canvas: inout Canvas
    ) {
        let right = 10
        let name = area.columns - 4 - 5 - 1 - right
        if isSelected { canvas.put("▌", row: area.row, column: 0, columns: 1, style: .accent) }
        canvas.put(TransferText.arrow(transfer), row: area.row, column: 1, columns: 1, style: .rate)
        canvas.put(
            Label(transfer.name), row: area.row, column: 3, columns: name, style: isSelected ? .selection : .text)
        canvas.putRight(TransferText.percent(transfer), row: area.row, column: 3 + name, columns: 5)
        // What stands still has no speed; why it stands still is worth more than a dash.
        let isMoving = transfer.state == .active && transfer.shownRate > 0
        let status = TransferText.status(transfer, now: now, columns: right)
        canvas.putRight(
            isMoving ? TransferText.speed(transfer) : status.label, row: area.row, column: 3 + name + 6, columns: right,
            style: isMoving ? .text : status.style)
        if isSelected { canvas.select(area) }
    }
}

extension Canvas {
    /// Draws the faces of chunks side by side.
    mutating func put(_ faces: [ChunkFace], row: Int, column: Int) {
        for (offset, face) in faces.enumerated() {
            putGlyph(face.glyph(in: glyphs), row: row, column: column + offset, style: face.style)
        }
    }
}
