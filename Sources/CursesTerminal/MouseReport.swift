import CNcurses
import TerminalUI

/// A report of the mouse as it comes in: `button ; column ; row`, then `M` for a press or `m` for a release (xterm's
/// mode 1006).
struct MouseReport {
    enum Progress: Equatable {
        case goesOn
        /// `nil` if it tells of nothing that matters here.
        case ends(MouseEvent?)
        /// The character cannot be part of a report.
        case isNone
    }

    private var numbers = [0]

    mutating func take(_ character: wint_t) -> Progress {
        switch UInt8(exactly: character) {
        case .some(let digit) where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit):
            let number = numbers[numbers.count - 1] * 10 + Int(digit - UInt8(ascii: "0"))
            guard number <= Self.limit else { return .isNone }
            numbers[numbers.count - 1] = number
            return .goesOn
        case UInt8(ascii: ";") where numbers.count < 3:
            numbers.append(0)
            return .goesOn
        case UInt8(ascii: "M"): return .ends(press)
        case UInt8(ascii: "m"): return .ends(nil)
        default: return .isNone
        }
    }

    private var press: MouseEvent? {
        guard numbers.count == 3, numbers[1] >= 1, numbers[2] >= 1 else { return nil }
        // Shift, Alt and Ctrl (4, 8, 16) make no difference; motion (32) was not asked for.
        let kind: MouseEvent.Kind
        switch numbers[0] & ~28 {
        case 0: kind = .left
        case 1: kind = .middle
        case 2: kind = .right
        case 64: kind = .wheelUp
        case 65: kind = .wheelDown
        default: return nil
        }
        return MouseEvent(kind, row: numbers[2] - 1, column: numbers[1] - 1)
    }

    /// No terminal has as many columns or rows.
    private static let limit = 99_999
}
