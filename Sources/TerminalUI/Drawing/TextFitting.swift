/// Cuts text to columns, never through a grapheme.
enum TextFitting {
    /// `text` in at most `columns`; what does not fit is left out of the middle.
    ///
    /// Costs no more than the columns do, however long the text is.
    static func fitMiddle(_ text: String, columns: Int) -> String {
        guard columns > 0 else { return "" }
        if fits(text, columns: columns) { return text }
        if columns == 1 { return "…" }
        let tailColumns = (columns - 1) / 2
        return prefix(of: text, columns: columns - 1 - tailColumns) + "…" + suffix(of: text, columns: tailColumns)
    }

    /// Whether `text` takes at most `columns`.
    static func fits(_ text: String, columns: Int) -> Bool {
        // A code point of one byte takes one column.
        if text.utf8.count <= columns { return true }
        var used = 0
        for character in text {
            used += CellWidth.of(character)
            if used > columns { return false }
        }
        return true
    }

    /// As many whole graphemes from the start as fit.
    static func prefix(of text: String, columns: Int) -> String {
        var used = 0
        var result = ""
        for character in text {
            used += CellWidth.of(character)
            if used > columns { break }
            result.append(character)
        }
        return result
    }

    /// As many whole graphemes at the end as fit.
    static func suffix(of text: String, columns: Int) -> String {
        var tail: [Character] = []
        var used = 0
        for character in text.reversed() {
            used += CellWidth.of(character)
            if used > columns { break }
            tail.append(character)
        }
        return String(tail.reversed())
    }

    /// At most `lines` lines, broken at spaces, and within a word only if it is longer than a line. What is too much
    /// is left out of the middle of the last line.
    ///
    /// Costs no more than the lines do, however long the text is.
    static func wrap(_ text: String, columns: Int, lines limit: Int) -> [String] {
        guard columns > 0, limit > 0 else { return [] }
        var lines: [String] = []
        var rest = Substring(text)
        while true {
            rest = rest.drop { $0 == " " }
            if rest.isEmpty { return lines }
            if lines.count == limit - 1 { return lines + [fitMiddle(String(rest), columns: columns)] }
            let end = lineEnd(in: rest, columns: columns)
            lines.append(String(rest[..<end]))
            rest = rest[end...]
        }
    }

    /// Where the first line of `text` ends: at the last space that fits, or else where the columns end.
    private static func lineEnd(in text: Substring, columns: Int) -> Substring.Index {
        var used = 0
        var lastSpace: Substring.Index?
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            if character == " " { lastSpace = index }
            used += CellWidth.of(character)
            if used > columns { break }
            index = text.index(after: index)
        }
        if index == text.endIndex { return index }
        if let lastSpace { return lastSpace }
        // A wide character in a single column cannot fit, and yet the text has to end some time.
        return index == text.startIndex ? text.index(after: index) : index
    }
}
