import CNcurses
import Glibc
import TerminalUI

/// Turns what curses reads into keys.
final class KeyReader {
    /// Keys are read from a window that is never drawn: reading would draw it first.
    private let pad: UnsafeMutablePointer<WINDOW>?

    init() {
        pad = newpad(1, 1)
        keypad(pad, true)
        nodelay(pad, true)
    }

    func close() {
        if let pad { delwin(pad) }
    }

    /// All keys that are there.
    func read() -> [Key] {
        var keys: [Key] = []
        var code: wint_t = 0
        // A bound, so that input without end cannot hold up the screen.
        while keys.count < 1000 {
            switch wget_wch(pad, &code) {
            case OK: if let key = Self.key(character: code) { keys.append(key) }
            case KEY_CODE_YES: if let key = Self.key(code: code) { keys.append(key) }
            default: return keys
            }
        }
        return keys
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

    static func key(code: wint_t) -> Key? {
        let function = carryon_function_key(code)
        if function > 0 { return .function(Int(function)) }
        switch Int32(bitPattern: code) {
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
        default: return nil
        }
    }
}
