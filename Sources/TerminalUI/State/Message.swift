import TransferCore

/// What can happen to the screen.
public enum Message: Sendable {
    case key(Key)
    case mouse(MouseEvent)
    /// The window got the focus or lost it.
    case focus(Bool)
    /// Pasted text: lines that end in `\n`, without any other control character.
    case paste(String)
    /// The answer to ``Command/add(_:)`` or ``Command/complete(_:)``.
    case reply(AddReply)
    /// The engine has a newer picture.
    case snapshot(EngineSnapshot)
    case resized(Size)
    /// Something that the user should know, said until the next key.
    case notice(Label)
    /// The time that ``AppState/nextTick`` named has come.
    case tick(Instant)
}

/// What the screen wants done.
public enum Command: Sendable {
    case engine(EngineCommand)
    case quit
    /// Stop the program and come back with `fg`.
    case suspend
    /// Draw everything anew, whatever the terminal shows now.
    case repaint
    /// Have clicks and the wheel reported, or leave the mouse to the terminal.
    case captureMouse(Bool)
    /// Add transfers as the command line would with these arguments.
    case add([String])
    /// Find how the path of a file could go on.
    case complete(String)
    /// Show everything in the theme of that name.
    case theme(String)
    /// Put text on the terminal's clipboard.
    case copy(ClipboardText)
}

/// What lies over the queue, the last on top.
enum Layer: Hashable, Sendable {
    case detail(TransferID)
    /// The chunk under the cursor of the grid.
    case inspector(TransferID)
    case help
    case confirmRemove([TransferID])
    /// A line is typed that narrows the list down.
    case filter(TextField)
    case menu(Menu)
    case add(AddForm)
    /// All events that are kept.
    case log

    /// Which keys hold there.
    var keyContext: KeyContext {
        switch self {
        case .detail: .detail
        case .inspector: .chunk
        case .help: .help
        case .confirmRemove: .confirm
        case .filter: .filter
        case .menu: .menu
        case .add: .add
        case .log: .log
        }
    }
}
