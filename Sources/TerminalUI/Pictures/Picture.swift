/// A frame as a picture in SVG, for a README: the same frame and theme give the same text, always.
///
/// Columns align whatever font the viewer has: every run of text is stretched to its cells, and blocks are drawn as
/// shapes.
public struct Picture {
    private let frame: Frame
    private let colors: PictureColors
    private var classes: [Ink: Int] = [:]
    private var styles: [String] = []
    private var papers: [String] = []
    private var shapes: [String] = []
    private var texts: [String] = []

    /// - Parameter title: What the picture shows, for those who cannot see it.
    public static func svg(_ frame: Frame, theme: Theme, title: Label) -> String {
        var picture = Picture(frame, PictureColors(theme))
        for row in 0..<frame.size.rows { picture.draw(row) }
        return picture.text(title)
    }

    private init(_ frame: Frame, _ colors: PictureColors) {
        self.frame = frame
        self.colors = colors
    }

    /// The size of a cell, in pixels; `size` is that of the font, whose characters are 0.6 as wide as a rule.
    private static let (width, height, size, baseline, margin) = (8, 17, 13, 13, 12)

    private mutating func draw(_ row: Int) {
        var start = 0
        while start < frame.size.columns {
            let ink = colors.ink(of: frame[row, start].style)
            var end = start + 1
            while end < frame.size.columns, colors.ink(of: frame[row, end].style) == ink { end += 1 }
            draw(row, start..<end, ink)
            start = end
        }
    }

    /// Draws cells that look alike.
    private mutating func draw(_ row: Int, _ columns: Range<Int>, _ ink: Ink) {
        let (x, y) = (Self.margin + columns.lowerBound * Self.width, Self.margin + row * Self.height)
        if let paper = ink.paper {
            papers.append(Self.rectangle(x, y, columns.count * Self.width, Self.height, fill: paper))
        }
        var column = columns.lowerBound
        while column < columns.upperBound {
            if let block = Block(frame[row, column]) {
                var end = column + 1
                while end < columns.upperBound, Block(frame[row, end]) == block { end += 1 }
                draw(block, row, column..<end, ink)
                column = end
            } else if frame[row, column].width == 2 {
                write(row, column..<column + 2, ink)
                column += 2
            } else if frame[row, column].text == " " && !ink.isUnderlined {
                column += 1
            } else {
                let end = endOfText(row, column..<columns.upperBound)
                write(row, column..<end, ink)
                column = end
            }
        }
    }

    /// Where narrow text ends that begins in the first of the columns: before blocks, wide characters and gaps.
    private func endOfText(_ row: Int, _ columns: Range<Int>) -> Int {
        var end = columns.lowerBound
        while end < columns.upperBound, frame[row, end].width == 1, Block(frame[row, end]) == nil {
            if frame[row, end].text == " ", end + 1 == columns.upperBound || frame[row, end + 1].text == " " { break }
            end += 1
        }
        return max(end, columns.lowerBound + 1)
    }

    private mutating func write(_ row: Int, _ columns: Range<Int>, _ ink: Ink) {
        let text = frame[row][frame[row].startIndex + columns.lowerBound..<frame[row].startIndex + columns.upperBound]
            .reduce(into: "") { $0 += $1.text }
        let (x, y) = (
            Self.margin + columns.lowerBound * Self.width, Self.margin + row * Self.height + Self.baseline
        )
        texts.append(
            "<text class=\"c\(styleClass(ink))\" x=\"\(x)\" y=\"\(y)\" textLength=\"\(columns.count * Self.width)\">"
                + Self.escaped(text) + "</text>")
    }

    private mutating func draw(_ block: Block, _ row: Int, _ columns: Range<Int>, _ ink: Ink) {
        let x = Self.margin + columns.lowerBound * Self.width
        let y = Self.margin + row * Self.height
        let width = columns.count * Self.width
        switch block {
        case .lower(let eighths):
            // A row of full blocks is kept apart from the next by a hair, as in a terminal.
            let height = max(1, (Self.height - 1) * eighths / 8)
            shapes.append(Self.rectangle(x, y + Self.height - height, width, height, fill: ink.foreground))
        case .left(let eighths):
            for column in columns {
                shapes.append(
                    Self.rectangle(
                        Self.margin + column * Self.width, y, Self.width * eighths / 8, Self.height,
                        fill: ink.foreground))
            }
        case .shade:
            shapes.append(Self.rectangle(x, y + 1, width, Self.height - 1, fill: ink.foreground, opacity: ".35"))
        case .rule:
            shapes.append(Self.rectangle(x, y + Self.height / 2, width, 1, fill: ink.foreground))
        }
    }

    private mutating func styleClass(_ ink: Ink) -> Int {
        let key = Ink(foreground: ink.foreground, paper: nil, isBold: ink.isBold, isUnderlined: ink.isUnderlined)
        if let number = classes[key] { return number }
        let number = classes.count
        classes[key] = number
        styles.append(
            ".c\(number){fill:\(ink.foreground.hex)\(ink.isBold ? ";font-weight:bold" : "")"
                + "\(ink.isUnderlined ? ";text-decoration:underline" : "")}")
        return number
    }

    private func text(_ title: Label) -> String {
        let width = 2 * Self.margin + frame.size.columns * Self.width
        let height = 2 * Self.margin + frame.size.rows * Self.height
        let name = Self.escaped(title.description)
        let head = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
            role="img" aria-label="\(name)">
            <title>\(name)</title>
            <style>text{font:\(Self.size)px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre}\
            \(styles.joined())</style>
            <rect width="\(width)" height="\(height)" rx="8" fill="\(colors.background.hex)"/>
            """
        return ([head] + papers + shapes + texts + ["</svg>", ""]).joined(separator: "\n")
    }

    private static func rectangle(
        _ x: Int, _ y: Int, _ width: Int, _ height: Int, fill: RGB, opacity: String? = nil
    ) -> String {
        let opacity = opacity.map { " fill-opacity=\"\($0)\"" } ?? ""
        return "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\" fill=\"\(fill.hex)\"\(opacity)/>"
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            // XML has no way to write them.
            case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.append(character)
            }
        }
    }
}

/// Characters that are drawn as shapes, because fonts leave gaps between them.
enum Block: Hashable {
    case lower(eighths: Int)
    case left(eighths: Int)
    case shade
    case rule

    init?(_ cell: Cell) {
        switch cell.text {
        case "▁": self = .lower(eighths: 1)
        case "▂": self = .lower(eighths: 2)
        case "▃": self = .lower(eighths: 3)
        case "▄": self = .lower(eighths: 4)
        case "▅": self = .lower(eighths: 5)
        case "▆": self = .lower(eighths: 6)
        case "▇": self = .lower(eighths: 7)
        case "█": self = .lower(eighths: 8)
        case "▌": self = .left(eighths: 4)
        case "▍": self = .left(eighths: 3)
        case "░": self = .shade
        case "─": self = .rule
        default: return nil
        }
    }
}
