extension KeyMap {
    /// Why keys cannot be changed as a user wants.
    public struct Conflict: Error, CustomStringConvertible {
        public let description: String
    }

    /// This map with other keys for some actions.
    ///
    /// - Parameter keys: For names of actions, as ``Action/name`` has them, the names of all their keys.
    /// - Throws: ``Conflict`` if there is no such action or key, or a key would mean two things.
    public func changed(_ keys: [String: [String]]) throws(Conflict) -> KeyMap {
        var bindings = bindings
        for (name, keyNames) in keys.sorted(by: { $0.key < $1.key }) {
            guard let index = bindings.firstIndex(where: { $0.action.name == name && $0.isChangeable }) else {
                throw Conflict(
                    description: "there is no action called \(name); there are \(Self.changeableNames(bindings))")
            }
            var new: [Key] = []
            for keyName in keyNames {
                guard let key = Key(name: keyName) else {
                    throw Conflict(
                        description: "\(keyName) is no key; a key is a character, or a name such as ctrl-a, space or f5"
                    )
                }
                new.append(key)
            }
            bindings[index].keys = new
            bindings[index].hintKeys = nil
        }
        try Self.check(bindings)
        return KeyMap(bindings: bindings)
    }

    private static func changeableNames(_ bindings: [KeyBinding]) -> String {
        bindings.filter(\.isChangeable).map(\.action.name).sorted().joined(separator: ", ")
    }

    private static func check(_ bindings: [KeyBinding]) throws(Conflict) {
        for context in KeyContext.allCases {
            var meanings: [Key: Action] = [:]
            for binding in bindings where binding.contexts.contains(context) {
                for key in binding.keys {
                    guard let other = meanings.updateValue(binding.action, forKey: key) else { continue }
                    throw Conflict(description: "\(key.label) would mean both \(other.name) and \(binding.action.name)")
                }
            }
        }
        // Who presses a key twice by mistake must not lose anything.
        let asking = Set(bindings.filter { $0.action == .remove }.flatMap(\.keys))
        for binding in bindings where binding.contexts.contains(.confirm) {
            guard let key = binding.keys.first(where: asking.contains) else { continue }
            throw Conflict(
                description: "\(key.label) cannot remove, because it is an answer to the question whether to")
        }
        guard bindings.contains(where: { $0.action == .quit && $0.isChangeable && !$0.keys.isEmpty }) else {
            throw Conflict(description: "quit needs a key")
        }
    }
}

extension KeyBinding {
    /// Whether users may give it other keys. What is typed in lines and answered in boxes stays as it is.
    var isChangeable: Bool { !contexts.isDisjoint(with: [.queue, .detail]) }
}

extension Action {
    /// How settings call it: `toggle-pause`.
    public var name: String {
        "\(self)".reduce(into: "") { name, character in
            name += character.isUppercase ? "-" + character.lowercased() : String(character)
        }
    }
}

extension Key {
    /// The key of that name in settings: a character, `ctrl-a`, `f5`, `space`, `enter`, `up` and the like.
    public init?(name: String) {
        if name.count == 1, let character = name.first, character != " " {
            self = .character(character)
            return
        }
        let lower = name.lowercased()
        if let key = Self.named[lower] {
            self = key
        } else if lower.hasPrefix("ctrl-"), lower.count == 6, let letter = lower.last, ("a"..."z").contains(letter) {
            self = .control(letter)
        } else if lower.hasPrefix("f"), let number = Int(lower.dropFirst()), (1...12).contains(number) {
            self = .function(number)
        } else {
            return nil
        }
    }

    private static let named: [String: Key] = [
        "space": .character(" "), "up": .up, "down": .down, "left": .left, "right": .right, "home": .home, "end": .end,
        "pgup": .pageUp, "pageup": .pageUp, "pgdn": .pageDown, "pagedown": .pageDown, "enter": .enter, "esc": .escape,
        "escape": .escape, "tab": .tab, "shift-tab": .backTab, "backspace": .backspace, "delete": .delete,
        "del": .delete,
    ]
}
