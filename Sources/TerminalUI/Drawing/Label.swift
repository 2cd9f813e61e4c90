import TransferCore

/// Text that may be drawn: literals of this program, numbers, and text from outside that was made safe.
///
/// A `String` cannot be put into one without going through `SafeText`, so nothing foreign reaches the terminal by
/// mistake.
public struct Label: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    fileprivate init(trusted text: String) {
        description = text
    }

    /// Text from outside.
    public init(_ text: SafeText) {
        description = text.description
    }

    /// Text of this program that comes as a string, or of unsure origin; it is made safe once more.
    public init(sanitizing text: String) {
        description = SafeText(text).description
    }

    /// The columns that it takes.
    public var width: Int { CellWidth.of(description) }

    public var isEmpty: Bool { description.isEmpty }

    /// Both, one after the other.
    public static func + (left: Label, right: Label) -> Label {
        Label(trusted: left.description + right.description)
    }

    /// Cut to at most `columns`, the middle left out.
    public func fitted(to columns: Int) -> Label {
        Label(trusted: TextFitting.fitMiddle(description, columns: columns))
    }

    /// As much of its start as fits.
    func prefix(columns: Int) -> Label { Label(trusted: TextFitting.prefix(of: description, columns: columns)) }

    /// As much of its end as fits.
    func suffix(columns: Int) -> Label { Label(trusted: TextFitting.suffix(of: description, columns: columns)) }

    /// Filled up with spaces on the left.
    public func leftPadded(to columns: Int) -> Label {
        Label(trusted: String(repeating: " ", count: max(0, columns - width)) + description)
    }

    /// At most `lines` lines of `columns` columns, broken at spaces.
    public func wrapped(to columns: Int, lines: Int) -> [Label] {
        TextFitting.wrap(description, columns: columns, lines: lines).map(Label.init(trusted:))
    }

    /// `character` again and again.
    static func repeating(_ character: Character, count: Int) -> Label {
        Label(trusted: String(repeating: character, count: max(0, count)))
    }
}

extension Label: ExpressibleByStringInterpolation {
    /// A literal of this program.
    public init(stringLiteral value: StaticString) {
        description = value.description
    }

    public init(stringInterpolation: Interpolation) {
        description = stringInterpolation.text
    }

    /// Takes in only what is safe to draw.
    public struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 8)
        }

        public mutating func appendLiteral(_ literal: StaticString) {
            text += literal.description
        }

        public mutating func appendInterpolation(_ value: some BinaryInteger) {
            text += String(value)
        }

        public mutating func appendInterpolation(_ label: Label) {
            text += label.description
        }

        public mutating func appendInterpolation(_ safe: SafeText) {
            text += safe.description
        }
    }
}

extension Sequence<Label> {
    /// All labels as one.
    func joined(separator: Label) -> Label {
        Label(trusted: map(\.description).joined(separator: separator.description))
    }
}
