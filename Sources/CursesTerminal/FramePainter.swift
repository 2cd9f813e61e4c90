import CNcurses
import Glibc
import TerminalUI

/// Brings frames to the screen, row by row where they differ.
final class FramePainter {
    private let palette: Palette
    /// What is on the screen; `nil` if that is not known.
    private var shown: Frame?
    /// The style of the last cell, which most often is that of the next one, and its pen.
    private var held: (style: Style, pen: Palette.Pen)?

    init(palette: Palette) {
        self.palette = palette
    }

    func forget() {
        shown = nil
    }

    /// Paints everything in another theme from the next frame on.
    func use(_ theme: Theme) {
        palette.use(theme)
        held = nil
        forget()
    }

    func present(_ frame: Frame) {
        let window = carryon_screen()
        var isChanged = false
        if shown?.size != frame.size {
            shown = nil
            // Erases the real terminal too, whatever other programs left on it.
            clearok(window, true)
            werase(window)
            isChanged = true
        }
        var cells = Array(repeating: cchar_t(), count: frame.size.columns)
        for row in 0..<min(frame.size.rows, Int(getmaxy(window))) where shown.map({ $0[row] != frame[row] }) ?? true {
            paint(frame[row], row: Int32(row), into: window, cells: &cells)
            isChanged = true
        }
        shown = frame
        guard isChanged else { return }
        wnoutrefresh(window)
        doupdate()
    }

    private func paint(
        _ row: ArraySlice<Cell>, row line: Int32, into window: UnsafeMutablePointer<WINDOW>?, cells: inout [cchar_t]
    ) {
        let width = min(row.count, Int(getmaxx(window)))
        var column = 0
        var start = 0
        var count = 0
        for cell in row.prefix(width) {
            if cell.width == 2 {
                mvwadd_wchnstr(window, line, Int32(start), cells, Int32(count))
                if column + 1 < width {
                    var wide = makeCell(cell)
                    mvwadd_wch(window, line, Int32(column), &wide)
                }
                count = 0
                start = column + 2
            } else if cell.width == 1 {
                cells[count] = makeCell(cell)
                count += 1
            }
            column += 1
        }
        mvwadd_wchnstr(window, line, Int32(start), cells, Int32(count))
    }

    private func pen(for style: Style) -> Palette.Pen {
        if let held, held.style == style { return held.pen }
        let pen = palette.pen(for: style)
        held = (style, pen)
        return pen
    }

    private func makeCell(_ cell: Cell) -> cchar_t {
        let pen = pen(for: cell.style)
        var result = cchar_t()
        withUnsafeTemporaryAllocation(of: wchar_t.self, capacity: 6) { text in
            text.initialize(repeating: 0)
            for (index, scalar) in cell.text.unicodeScalars.prefix(5).enumerated() {
                text[index] = wchar_t(bitPattern: scalar.value)
            }
            // A character that is newer than the C library would shift the rest of the row.
            if text[0] > 0x7E && carryon_width(text[0]) != Int32(cell.width) {
                text[0] = cell.width == 2 ? 0x3013 : (carryon_width(0xFFFD) == 1 ? 0xFFFD : 0x3F)
                text[1] = 0
            }
            _ = carryon_set_cell(&result, text.baseAddress, pen.attributes, pen.pair)
        }
        return result
    }
}
