/// One line that is being typed, with its cursor.
struct TextField: Hashable, Sendable {
    private(set) var text: String
    /// In characters from the start.
    private(set) var cursor: Int

    /// The most characters that it takes: nobody types more, and a paste may be anything.
    static let limit = 4096

    init(_ text: String = "") {
        self.text = String(text.prefix(Self.limit))
        cursor = self.text.count
    }

    var beforeCursor: String { String(text.prefix(cursor)) }
    var afterCursor: String { String(text.dropFirst(cursor)) }

    /// Takes a key of the keyboard; false if it means nothing to a line of text.
    mutating func take(_ key: Key) -> Bool {
        switch key {
        case .character(let character): insert(String(character))
        case .backspace: delete(backwards: 1)
        case .delete: deleteForwards()
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(text.count, cursor + 1)
        case .home, .control("a"): cursor = 0
        case .end, .control("e"): cursor = text.count
        case .control("u"): delete(backwards: cursor)
        case .control("k"): text = beforeCursor
        case .control("w"): delete(backwards: wordBeforeCursor)
        default: return false
        }
        return true
    }

    /// Puts text in at the cursor, without what no line can hold.
    mutating func insert(_ new: String) {
        let line = new.unicodeScalars.filter { $0.properties.generalCategory != .control }
        let room = Self.limit - text.count
        let inserted = String(String(String.UnicodeScalarView(line)).prefix(max(0, room)))
        let before = beforeCursor + inserted
        text = before + afterCursor
        // A combining mark joins the character before it.
        cursor = min(text.count, before.count)
    }

    private mutating func delete(backwards count: Int) {
        let after = afterCursor
        let before = beforeCursor.dropLast(count)
        text = before + after
        cursor = min(text.count, before.count)
    }

    private mutating func deleteForwards() {
        text = beforeCursor + afterCursor.dropFirst()
    }

    /// How many characters Ctrl-W takes away: the last word, or the last part of a path.
    private var wordBeforeCursor: Int {
        let separators: Set<Character> = [" ", "/"]
        let before = beforeCursor
        let rest = before.reversed().drop { separators.contains($0) }.drop { !separators.contains($0) }
        return before.count - rest.count
    }
}
