import TerminalUI

/// What comes from the terminal.
public enum Input: Hashable, Sendable {
    case key(Key)
    case mouse(MouseEvent)
    /// Whether the window has the focus from now on.
    case focus(Bool)
    /// Pasted text. Its lines end in `\n`, and that is the only control character in it.
    case paste(String)

    /// The same for the screen.
    var message: Message {
        switch self {
        case .key(let key): .key(key)
        case .mouse(let event): .mouse(event)
        case .focus(let isFocused): .focus(isFocused)
        case .paste(let text): .paste(text)
        }
    }
}
