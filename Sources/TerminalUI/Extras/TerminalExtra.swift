/// Something for the terminal program that is no part of the screen.
public enum TerminalExtra: Hashable, Sendable {
    /// The title of the window.
    case title(Label)
    /// A message for somebody who looks elsewhere. ``NotifyMethod/auto`` and ``NotifyMethod/none`` send nothing.
    case notification(Label, NotifyMethod)
    case progress(TaskProgress)
    case copy(ClipboardText)
}

/// What a taskbar shows; the percentages are 0 to 100.
public enum TaskProgress: Hashable, Sendable {
    case none
    case running(percent: Int)
    /// Something moves, and nobody knows how much is left.
    case indeterminate
    case paused(percent: Int)
    /// Nothing moves, and somebody has to do something.
    case stuck(percent: Int)
}
