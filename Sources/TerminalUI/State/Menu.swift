import TransferCore

/// A list in a box from which one thing is chosen, perhaps with a line that narrows it down.
struct Menu: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// Every action of a context.
        case palette(KeyContext)
        case sort
        /// What there is to copy of the transfer under the cursor.
        case copy
        /// The theme that counts if none is chosen.
        case theme(before: String)
    }

    let kind: Kind
    var index = 0
    var field = TextField()

    /// One thing to choose.
    struct Item: Hashable, Sendable {
        let name: Label
        /// What stands at the right end of its line.
        let note: Label
        let choice: Choice
    }

    enum Choice: Hashable, Sendable {
        case action(Action)
        case order(QueueView.Order)
        case theme(String)
        /// What it is, and the text.
        case copy(Label, SafeText)
    }

    var title: Label {
        switch kind {
        case .palette: "What to do"
        case .sort: "Sort by"
        case .copy: "Copy"
        case .theme: "Theme"
        }
    }

    /// Whether what is typed narrows the list down.
    var isTyped: Bool {
        if case .palette = kind { true } else { false }
    }
}

extension AppState {
    /// What a menu offers now.
    func items(of menu: Menu) -> [Menu.Item] {
        switch menu.kind {
        case .palette(let context):
            let words = menu.field.text.lowercased().split(separator: " ")
            return keyMap.bindings(in: context).filter { binding in
                let text = binding.description.description.lowercased()
                return binding.action != .palette && words.allSatisfy { text.contains($0) }
            }.map { Menu.Item(name: $0.description, note: $0.keysLabel, choice: .action($0.action)) }
        case .sort:
            return QueueView.Order.allCases.map { order in
                let arrow: Label = view.order == order ? (view.isReversed ? "▲" : "▼") : ""
                return Menu.Item(name: order.name, note: arrow, choice: .order(order))
            }
        case .copy: return selected.map(Self.copies(of:)) ?? []
        case .theme:
            return themes.map { Menu.Item(name: Label(sanitizing: $0), note: "", choice: .theme($0)) }
        }
    }

    mutating func openMenu(_ kind: Menu.Kind) {
        var menu = Menu(kind: kind)
        switch kind {
        case .palette, .copy: break
        case .sort: menu.index = view.order.rawValue
        case .theme(let before): menu.index = themes.firstIndex(of: before) ?? 0
        }
        layers.append(.menu(menu))
    }

    /// What keys do in the menu that is in front.
    mutating func performInMenu(_ action: Action) -> [Command] {
        guard case .menu(var menu) = layers.last else { return [] }
        let items = items(of: menu)
        switch action {
        case .moveUp: menu.index = max(0, menu.index - 1)
        case .moveDown: menu.index = max(0, min(items.count - 1, menu.index + 1))
        case .choose:
            layers.removeLast()
            guard items.indices.contains(menu.index) else { return [] }
            return choose(items[menu.index].choice)
        case .back:
            layers.removeLast()
            if case .theme(let before) = menu.kind { return use(theme: before) }
            return []
        default: return []
        }
        layers[layers.count - 1] = .menu(menu)
        // A theme is judged by its looks.
        guard case .theme(let name)? = items.indices.contains(menu.index) ? items[menu.index].choice : nil else {
            return []
        }
        return use(theme: name)
    }

    /// Takes what is typed into the menu.
    mutating func typeInMenu(_ key: Key) {
        guard case .menu(var menu) = layers.last, menu.isTyped, menu.field.take(key) else { return }
        menu.index = 0
        layers[layers.count - 1] = .menu(menu)
    }

    private mutating func choose(_ choice: Menu.Choice) -> [Command] {
        switch choice {
        case .action(let action): return perform(action)
        case .order(let order):
            // The same once more turns it round.
            view.isReversed = view.order == order ? !view.isReversed : false
            view.order = order
            arrange()
            return []
        case .theme(let name): return use(theme: name)
        case .copy(let what, let text):
            guard let text = ClipboardText([text]) else {
                notice = "the \(what) is too long for the clipboard"
                return []
            }
            // Whether the terminal takes it nobody tells.
            notice = "the \(what) was sent to the terminal's clipboard"
            return [.copy(text)]
        }
    }

    private static func copies(of transfer: TransferSnapshot) -> [Menu.Item] {
        var copies: [(Label, SafeText)] = [
            ("source", transfer.source), ("destination", transfer.destination), ("name", transfer.name),
        ]
        if let sha256 = transfer.sha256 { copies.append(("SHA-256", SafeText(sha256))) }
        if let error = transfer.error { copies.append(("error", SafeText(error.sentence))) }
        return copies.map { name, text in
            Menu.Item(name: name, note: Label(text).fitted(to: 24), choice: .copy(name, text))
        }
    }

    private mutating func use(theme name: String) -> [Command] {
        guard theme != name else { return [] }
        theme = name
        return [.theme(name)]
    }
}
