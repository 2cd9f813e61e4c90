import CNcurses
import Glibc

/// Reads what comes from the terminal, through curses.
final class InputReader {
    /// Whether the last ``read()`` stopped before everything was read. Curses keeps some of it, where `poll` sees none.
    private(set) var hasMore = false

    /// Input is read from a window that is never drawn: reading would draw it first.
    private let pad: UnsafeMutablePointer<WINDOW>?
    private var parser = InputParser()

    init() {
        pad = newpad(1, 1)
        keypad(pad, true)
        nodelay(pad, true)
        for report in InputParser.Report.allCases { define_key(report.sequence, report.rawValue) }
    }

    func close() {
        if let pad { delwin(pad) }
    }

    /// All that is there, up to a bound, so that input without end cannot hold up the screen.
    func read() -> [Input] {
        var inputs: [Input] = []
        var code: wint_t = 0
        for _ in 0..<Self.charactersAtOnce {
            let input: Input?
            switch wget_wch(pad, &code) {
            case OK: input = parser.take(character: code)
            case KEY_CODE_YES: input = parser.take(code: Int32(bitPattern: code))
            default:
                hasMore = false
                return inputs
            }
            if let input { inputs.append(input) }
        }
        hasMore = true
        return inputs
    }

    private static let charactersAtOnce = 10_000
}
