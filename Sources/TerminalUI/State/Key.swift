/// A key as the terminal reports it.
public enum Key: Hashable, Sendable {
    case character(Character)
    /// A letter together with Ctrl, in lowercase.
    case control(Character)
    case up
    case down
    case left
    case right
    case home
    case end
    case pageUp
    case pageDown
    case enter
    case escape
    case tab
    /// Shift and Tab.
    case backTab
    case backspace
    case delete
    case function(Int)

    /// How the footer and the help write it.
    public var label: Label {
        switch self {
        case .character(" "): "Space"
        case .character(let character): Label(sanitizing: String(character))
        case .control(let character): "Ctrl-\(Label(sanitizing: character.uppercased()))"
        case .up: "↑"
        case .down: "↓"
        case .left: "←"
        case .right: "→"
        case .home: "Home"
        case .end: "End"
        case .pageUp: "PgUp"
        case .pageDown: "PgDn"
        case .enter: "Enter"
        case .escape: "Esc"
        case .tab: "Tab"
        case .backTab: "S-Tab"
        case .backspace: "Backspace"
        case .delete: "Del"
        case .function(let number): "F\(number)"
        }
    }
}
