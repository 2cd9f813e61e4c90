import TerminalUI

/// Why a terminal cannot be drawn on.
public enum TerminalError: Error, Equatable, CustomStringConvertible {
    case noTerminal
    /// The value of `TERM` names no known kind of terminal.
    case unknownType(String)
    /// The terminal can only print line after line.
    case cannotMoveCursor(String)

    public var description: String {
        switch self {
        case .noTerminal:
            "there is no terminal to draw on"
        case .unknownType(let type):
            type.isEmpty
                ? "TERM is not set" : "the terminal type \(TerminalError.quoted(type)) (TERM) is not known here"
        case .cannotMoveCursor(let type):
            "the terminal type \(TerminalError.quoted(type)) (TERM) cannot move the cursor"
        }
    }

    private static func quoted(_ type: String) -> String {
        "'" + Label(sanitizing: type).description + "'"
    }
}
