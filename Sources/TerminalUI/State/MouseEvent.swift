/// A click or a turn of the wheel.
public struct MouseEvent: Hashable, Sendable {
    /// What the hand did.
    public enum Kind: Hashable, Sendable {
        case left, middle, right
        case wheelUp, wheelDown
    }

    public var kind: Kind
    /// Counted from 0 at the top; may lie outside of the screen that is shown.
    public var row: Int
    /// Counted from 0 at the left; may lie outside of the screen that is shown.
    public var column: Int

    public init(_ kind: Kind, row: Int, column: Int) {
        self.kind = kind
        self.row = row
        self.column = column
    }
}
