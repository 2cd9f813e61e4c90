/// What the user wants of the terminal besides the screen.
public struct TerminalSettings: Hashable, Sendable {
    /// Something that only some terminals understand, and that others may show as garbage.
    public enum Choice: String, Sendable, CaseIterable {
        /// On where the terminal is known for it.
        case auto
        case on, off
    }

    /// Whether the title of the window tells how far the queue is.
    public var title = true
    /// How to tell somebody who looks elsewhere.
    public var notify = NotifyMethod.auto
    /// Whether the taskbar or the tab shows the progress (OSC 9;4).
    public var progress = Choice.auto
    /// Whether text may be put on the clipboard (OSC 52).
    public var clipboard = true
    /// Whether clicks and the wheel are for the screen from the start.
    public var mouse = true

    public init() {}
}

/// How to tell somebody who looks elsewhere.
public enum NotifyMethod: String, Sendable, CaseIterable {
    /// The best that the terminal is known for.
    case auto
    case osc9, osc777, bell, none
}
