import TransferCore

/// What can happen to the screen.
public enum Message: Sendable {
    case key(Key)
    /// The engine has a newer picture.
    case snapshot(EngineSnapshot)
    case resized(Size)
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
}

/// What lies over the queue, the last on top.
public enum Layer: Hashable, Sendable {
    case detail(TransferID)
    case help
    case confirmRemove(TransferID)

    /// Which keys hold there.
    var keyContext: KeyContext {
        switch self {
        case .detail: .detail
        case .help: .help
        case .confirmRemove: .confirm
        }
    }
}
