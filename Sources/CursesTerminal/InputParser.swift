import CNcurses
import TerminalUI

/// Puts together what curses reads piece by piece: keys, reports of the mouse and of the window, and pasted text.
struct InputParser {
    /// How reports of the terminal begin. Curses is taught these sequences as if they were keys.
    enum Report: Int32, CaseIterable {
        // Curses numbers its own keys up to KEY_MAX, which is 511.
        case mouse = 600
        /// The three characters that follow are the button, the column and the row.
        case oldMouse
        case focusIn, focusOut
        case pasteStart, pasteEnd

        var sequence: String {
            switch self {
            case .mouse: "\u{1B}[<"
            case .oldMouse: "\u{1B}[M"
            case .focusIn: "\u{1B}[I"
            case .focusOut: "\u{1B}[O"
            case .pasteStart: "\u{1B}[200~"
            case .pasteEnd: "\u{1B}[201~"
            }
        }
    }

    /// What has begun and has not come to its end.
    private enum Pending {
        case nothing
        case mouse(MouseReport)
        /// So many characters are to be swallowed: they would be taken for keys.
        case oldMouse(Int)
        case paste(PastedText)
    }

    private var pending = Pending.nothing

    /// Takes an ordinary character.
    mutating func take(character code: wint_t) -> Input? {
        switch pending {
        case .nothing:
            return Self.key(character: code).map(Input.key)
        case .mouse(var report):
            switch report.take(code) {
            case .goesOn: pending = .mouse(report)
            case .ends(let event):
                pending = .nothing
                return event.map(Input.mouse)
            case .isNone:
                pending = .nothing
                return take(character: code)
            }
        case .oldMouse(let left):
            pending = left > 1 ? .oldMouse(left - 1) : .nothing
        case .paste(var text):
            // There is never a second owner of the text that would have it copied.
            pending = .nothing
            text.append(code)
            pending = .paste(text)
        }
        return nil
    }

    /// Takes the number of a key or of a ``Report``.
    mutating func take(code: Int32) -> Input? {
        let report = Report(rawValue: code)
        if case .paste(let text) = pending {
            // What looks like a key is part of what was pasted.
            guard report == .pasteEnd else { return nil }
            pending = .nothing
            return text.finished.map(Input.paste)
        }
        pending = .nothing
        switch report {
        case .mouse: pending = .mouse(MouseReport())
        case .oldMouse: pending = .oldMouse(3)
        case .focusIn: return .focus(true)
        case .focusOut: return .focus(false)
        case .pasteStart: pending = .paste(PastedText())
        case .pasteEnd: break
        case nil: return Self.key(code: code).map(Input.key)
        }
        return nil
    }

    static func key(character code: wint_t) -> Key? {
        switch code {
        case 9: return .tab
        case 10, 13: return .enter
        case 27: return .escape
        case 8, 127: return .backspace
        case 1...26:
            return Unicode.Scalar(code + 96).map { .control(Character($0)) }
        default:
            guard code >= 32, let scalar = Unicode.Scalar(code) else { return nil }
            return .character(Character(scalar))
        }
    }

    static func key(code: Int32) -> Key? {
        let function = carryon_function_key(wint_t(bitPattern: code))
        if function > 0 { return .function(Int(function)) }
        switch code {
        case KEY_UP: return .up
        case KEY_DOWN: return .down
        case KEY_LEFT: return .left
        case KEY_RIGHT: return .right
        case KEY_HOME: return .home
        case KEY_END: return .end
        case KEY_PPAGE: return .pageUp
        case KEY_NPAGE: return .pageDown
        case KEY_ENTER: return .enter
        case KEY_BACKSPACE: return .backspace
        case KEY_DC: return .delete
        case KEY_BTAB: return .backTab
        default: return nil
        }
    }
}
