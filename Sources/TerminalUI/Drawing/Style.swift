/// How a cell is drawn.
public struct Style: Hashable, Sendable {
    /// What every terminal can do, with and without colours.
    public struct Attributes: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        public static let bold = Attributes(rawValue: 1)
        public static let dim = Attributes(rawValue: 2)
        public static let underline = Attributes(rawValue: 4)
        public static let reverse = Attributes(rawValue: 8)

        /// Every attribute and its name, in snapshots and in theme files.
        static let named: [(attribute: Attributes, name: String)] = [
            (.bold, "bold"), (.dim, "dim"), (.underline, "underline"), (.reverse, "reverse"),
        ]

        /// The attribute of that name.
        public init?(name: String) {
            guard let attribute = Self.named.first(where: { $0.name == name })?.attribute else { return nil }
            self = attribute
        }

        /// The names of all attributes.
        public static var allNames: [String] { named.map(\.name) }

        /// The names of the attributes.
        var names: [String] {
            Self.named.filter { contains($0.attribute) }.map(\.name)
        }
    }

    public var role: Role
    public var attributes: Attributes
    /// Whether it stands in the line under the cursor, which themes may give a background of its own.
    public var isSelected = false

    public init(_ role: Role, _ attributes: Attributes = []) {
        self.role = role
        self.attributes = attributes
    }

    /// The role as it is drawn as a rule.
    private init(usual role: Role) {
        self.init(role, role.attributes)
    }

    public static let text = Style(.text)
    public static let bold = Style(.text, .bold)
    public static let muted = Style(usual: .muted)
    public static let accent = Style(.accent)
    public static let title = Style(.accent, .bold)
    public static let border = Style(usual: .border)
    public static let borderFocus = Style(usual: .borderFocus)
    public static let selection = Style(usual: .selection)
    public static let key = Style(usual: .key)
    /// How fast something comes in.
    public static let rate = Style(.rateDown)
    /// How fast something goes out.
    public static let rateUp = Style(.rateUp)
    public static let success = Style(.success)
    public static let warning = Style(.warning)
    public static let error = Style(usual: .error)
    public static let cursor = Style(usual: .cursor)
}
