import TransferCore

/// What is to be added: one or more sources, and where they go.
struct AddForm: Hashable, Sendable {
    enum Field: Hashable, Sendable { case source, destination }

    /// Sources that were pasted before the one that is being typed.
    var sources: [String] = []
    var source = TextField()
    var destination = TextField()
    var focus = Field.source
    /// How the path that is being typed could go on.
    var completions: [String] = []
    /// Why what was asked for cannot be added.
    var refusal: Label?
    /// Whether the answer to the request is awaited.
    var isWaiting = false

    /// Pastes may be anything.
    static let mostSources = 10_000

    /// The line that is being typed.
    var line: TextField {
        get { focus == .source ? source : destination }
        set { if focus == .source { source = newValue } else { destination = newValue } }
    }

    /// As the command line would take it: the sources, and then the destination if one is named.
    var arguments: [String] {
        let typed = Self.trimmed(source.text)
        let target = Self.trimmed(destination.text)
        return sources + (typed.isEmpty ? [] : [typed]) + (target.isEmpty ? [] : [target])
    }

    /// Whether there is something to add.
    var hasSource: Bool { !sources.isEmpty || !Self.trimmed(source.text).isEmpty }

    /// Each line is a source of its own.
    mutating func paste(_ text: String) {
        var lines = text.split(separator: "\n").map { Self.trimmed(String($0)) }.filter { !$0.isEmpty }
        guard focus == .source, lines.count > 1 else {
            line.insert(lines.first ?? "")
            return
        }
        line.insert(lines.removeFirst())
        let first = Self.trimmed(source.text)
        let all = (first.isEmpty ? [] : [first]) + lines
        sources = Array((sources + all.dropLast()).prefix(Self.mostSources))
        source = TextField(all.last ?? "")
    }

    /// Takes over as much of a path as is sure.
    mutating func complete(with candidates: [String]) {
        completions = candidates.count > 1 ? candidates : []
        guard var common = candidates.first else { return }
        for candidate in candidates.dropFirst() { common = String(common.commonPrefix(with: candidate)) }
        if common.count > line.text.count { line = TextField(common) }
    }

    private static func trimmed(_ text: String) -> String {
        let space: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(text.drop(while: space).reversed().drop(while: space).reversed())
    }
}

extension String {
    /// What both begin with, in whole characters.
    fileprivate func commonPrefix(with other: String) -> Substring {
        let count = zip(self, other).prefix { $0 == $1 }.count
        return prefix(count)
    }
}

extension AppState {
    /// What keys do in the form that is in front.
    mutating func performInForm(_ action: Action) -> [Command] {
        guard case .add(var form) = layers.last else { return [] }
        defer { layers[layers.count - 1] = .add(form) }
        switch action {
        case .moveUp: form.focus = .source
        case .moveDown: form.focus = .destination
        case .complete: return form.line.text.contains("://") ? [] : [.complete(form.line.text)]
        case .submit where form.isWaiting: break
        case .submit where !form.hasSource: form.refusal = "type or paste an address, or the path of a file"
        case .submit:
            form.isWaiting = true
            form.refusal = nil
            return [.add(form.arguments)]
        default: break
        }
        form.completions = []
        return []
    }

    /// Takes what is typed or pasted into the form.
    mutating func typeInForm(_ change: (inout AddForm) -> Void) {
        guard case .add(var form) = layers.last else { return }
        form.completions = []
        form.refusal = nil
        change(&form)
        layers[layers.count - 1] = .add(form)
    }

    /// What came of a request to add.
    mutating func take(_ reply: AddReply) {
        guard let index = layers.lastIndex(where: { $0.keyContext == .add }), case .add(var form) = layers[index] else {
            if case .refused(let reason) = reply { notice = Label(reason) }
            return
        }
        switch reply {
        case .completions(let candidates): form.complete(with: candidates)
        case .refused(let reason):
            form.isWaiting = false
            form.refusal = Label(reason)
        case .added(let count, let leftOut):
            layers.remove(at: index)
            let added: Label = count == 1 ? "added 1 transfer" : "added \(count) transfers"
            notice = leftOut.map { "\(added); left out: \(Label($0))" } ?? added
            return
        }
        layers[index] = .add(form)
    }
}

/// What the program answers to the form.
public enum AddReply: Sendable {
    /// How a path could go on, each from its start.
    case completions([String])
    /// Why nothing was added.
    case refused(SafeText)
    /// How many transfers there are more, and what could not be one of them.
    case added(Int, leftOut: SafeText?)
}
