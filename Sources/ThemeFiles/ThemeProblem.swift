import TerminalUI

/// A place in a file.
public struct SourcePosition: Hashable, Comparable, Sendable {
    /// From 1.
    public var line: Int
    /// From 1, in code points.
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Where a file begins.
    public static let start = SourcePosition(line: 1, column: 1)

    public static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// Something that is wrong, or not as good as it might be, in a theme file.
public struct ThemeProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Severity: Sendable {
        /// The theme cannot be used.
        case error
        /// The theme can be used all the same.
        case warning
    }

    public var severity: Severity
    /// The file as it was named, made safe.
    public var file: Label
    /// `nil` if it is about the file as a whole.
    public var position: SourcePosition?
    public var message: Label

    /// `themes/nord.toml:23:19: unknown colour "leef" (did you mean "leaf"?)`
    public var label: Label {
        let place: Label = position.map { "\(file):\($0.line):\($0.column)" } ?? file
        return severity == .error ? "\(place): \(message)" : "\(place): warning: \(message)"
    }

    public var description: String { label.description }
}
