import TerminalUI
import TransferCore

/// Words that might have been meant.
enum Suggestion {
    /// ` (did you mean "leaf"?)` if one of the words is near enough, and nothing otherwise.
    static func label(for word: String, among words: some Sequence<String>) -> Label {
        // What is longer than any name is no mistyped name.
        guard word.utf8.count <= 64 else { return "" }
        let limit = max(1, min(3, word.count / 3))
        let near = words.map { (distance: distance(word, $0), word: $0) }.filter { $0.distance <= limit }
        guard let best = near.min(by: { ($0.distance, $0.word) < ($1.distance, $1.word) }) else { return "" }
        return " (did you mean \"\(SafeText(best.word))\"?)"
    }

    /// How many letters have to be put in, left out, replaced, or swapped with the next one.
    static func distance(_ one: String, _ two: String) -> Int {
        let (one, two) = (Array(one.lowercased()), Array(two.lowercased()))
        guard !one.isEmpty, !two.isEmpty else { return max(one.count, two.count) }
        var previous: [Int] = []
        var above = Array(0...two.count)
        for row in 1...one.count {
            var current = [row]
            for column in 1...two.count {
                let isSame = one[row - 1] == two[column - 1]
                var best = min(above[column] + 1, current[column - 1] + 1, above[column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, one[row - 1] == two[column - 2], one[row - 2] == two[column - 1] {
                    best = min(best, previous[column - 2] + 1)
                }
                current.append(best)
            }
            (previous, above) = (above, current)
        }
        return above[two.count]
    }
}
