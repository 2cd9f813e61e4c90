/// What a key can do.
public enum Action: Hashable, Sendable, CaseIterable {
    case moveUp, moveDown, moveLeft, moveRight
    case moveToStart, moveToEnd, pageUp, pageDown
    case open, back
    case togglePause, togglePauseAll, retry, verify
    case remove, removeKeepingData, removeDeletingData
    case nextProblem, previousProblem, nextChunk, previousChunk
    case mark, markRange, markAll, invertMarks, clear, undo
    case nextTab, previousTab, filter, keepFilter, sort, reverse
    case palette, choose, log, theme, copy
    case add, submit, complete
    case showProblems
    case zoomIn, zoomOut, nextOverlay
    case help, quit, repaint, suspend, toggleMouse
}

/// What is in front: keys mean what they mean there.
public enum KeyContext: String, Sendable, CaseIterable {
    case queue
    case detail
    case chunk
    case help
    case confirm
    case filter
    case menu
    case add
    case log

    /// How the help calls it.
    var title: Label {
        switch self {
        case .queue: "In the queue"
        case .detail: "In a transfer"
        case .chunk: "At a chunk"
        case .help: "In this help"
        case .confirm: "When asked whether to remove"
        case .filter: "While typing a filter"
        case .menu: "In a menu"
        case .add: "While adding a transfer"
        case .log: "In the event log"
        }
    }
}

/// What some keys do in some contexts.
public struct KeyBinding: Hashable, Sendable {
    public var keys: [Key]
    public var action: Action
    public var contexts: Set<KeyContext>
    /// One or two words for the footer; `nil` keeps it out of there.
    public var hint: Label?
    /// How the footer writes the keys, if not as the first of them.
    public var hintKeys: Label?
    /// A line for the help.
    public var description: Label

    init(
        _ keys: [Key], _ action: Action, in contexts: Set<KeyContext>, hint: Label? = nil, hintKeys: Label? = nil,
        _ description: Label
    ) {
        self.keys = keys
        self.action = action
        self.contexts = contexts
        self.hint = hint
        self.hintKeys = hintKeys
        self.description = description
    }

    /// All keys, for the help.
    public var keysLabel: Label { keys.map(\.label).joined(separator: " ") }
}

/// All keys and what they do: keys are dispatched by it, and the footer and the help are written from it.
public struct KeyMap: Sendable {
    /// In the order of the footer and the help; what comes first stays longest in a narrow footer.
    public let bindings: [KeyBinding]

    public init(bindings: [KeyBinding]) {
        self.bindings = bindings
    }

    /// What `key` does in `context`.
    public func action(for key: Key, in context: KeyContext) -> Action? {
        bindings.first { $0.contexts.contains(context) && $0.keys.contains(key) }?.action
    }

    /// What can be done in `context`.
    public func bindings(in context: KeyContext) -> [KeyBinding] {
        bindings.filter { $0.contexts.contains(context) }
    }

    /// The keys of the program.
    public static let standard: KeyMap = {
        let lists: Set<KeyContext> = [.queue, .detail]
        let everywhere = Set(KeyContext.allCases)
        return KeyMap(bindings: [
            .init(
                [.character("x")], .removeKeepingData, in: [.confirm], hint: "remove, keep data",
                "remove from the queue, keep unfinished data"),
            .init(
                [.character("D")], .removeDeletingData, in: [.confirm], hint: "remove and delete data",
                "remove from the queue, delete unfinished data"),
            .init(
                [.up, .character("k")], .moveUp, in: [.queue, .detail, .help, .log], "up"),
            .init([.up], .moveUp, in: [.filter, .menu, .add], "up"),
            .init([.down], .moveDown, in: [.filter, .menu, .add], "down"),
            .init([.down, .character("j")], .moveDown, in: [.queue, .detail, .help, .log], "down"),
            .init([.left, .character("h")], .moveLeft, in: [.detail], "left"),
            .init([.right, .character("l")], .moveRight, in: [.detail], "right"),
            .init(
                [.enter, .character("l"), .right], .open, in: [.queue], hint: "open",
                "look at the transfer under the cursor and its chunks"),
            .init(
                [.character("a")], .add, in: [.queue], hint: "add", "add transfers: type or paste addresses or paths"),
            .init(
                [.enter], .open, in: [.detail], hint: "inspect", "look at the chunk under the cursor and its tries"),
            .init(
                [.character("]"), .right, .character("l")], .nextChunk, in: [.chunk], hint: "chunk", hintKeys: "[ ]",
                "the next chunk"),
            .init([.character("["), .left, .character("h")], .previousChunk, in: [.chunk], "the chunk before"),
            .init(
                [.character("n")], .nextProblem, in: [.detail, .chunk], hint: "problem", hintKeys: "n/N",
                "next chunk that had trouble"),
            .init([.character("N")], .previousProblem, in: [.detail, .chunk], "previous chunk that had trouble"),
            .init(
                [.character("+"), .character("=")], .zoomIn, in: [.detail], hint: "zoom", hintKeys: "+/-",
                "a closer look: a quarter of the chunks that are shown"),
            .init([.character("-")], .zoomOut, in: [.detail], "a wider look: four times as many chunks"),
            .init(
                [.character("m")], .nextOverlay, in: [.detail], hint: "overlay",
                "show state, speed, retries or latency of the chunks"),
            .init([.escape], .back, in: [.detail], hint: "back", "back to the queue"),
            .init([.escape, .enter], .back, in: [.chunk], hint: "back", "back to the transfer"),
            .init(
                [.character("p")], .togglePause, in: lists, hint: "pause/resume", "pause the transfer, or let it go on"),
            .init(
                [.character("r")], .retry, in: lists.union([.chunk]), hint: "retry",
                "try again now, after an error or instead of waiting"),
            .init([.character("d")], .remove, in: lists, hint: "remove", "remove the transfer; asks first"),
            .init([.character("/")], .filter, in: [.queue], hint: "filter", "show only what has these words in it"),
            .init(
                [.character(" ")], .mark, in: [.queue], hint: "mark", hintKeys: "Space",
                "mark it; actions are about marks"),
            .init(
                [.character("P")], .togglePauseAll, in: lists, hint: "pause all",
                "pause all transfers, or let all go on"),
            .init(
                [.character("V")], .verify, in: lists, hint: "verify",
                "compare the data on disk with its checksums"),
            .init([.home, .character("g")], .moveToStart, in: [.queue, .detail, .help, .log], "to the start"),
            .init([.end, .character("G")], .moveToEnd, in: [.queue, .detail, .help, .log], "to the end"),
            .init([.pageUp], .pageUp, in: [.queue, .help, .log], "a page up"),
            .init([.pageDown], .pageDown, in: [.queue, .help, .log], "a page down"),
            .init(
                [.escape, .left, .character("h"), .enter], .back, in: [.help], hint: "back", "close this help"),
            .init(
                [.escape, .left, .character("h"), .enter, .character("e")], .back, in: [.log], hint: "back",
                "close the log"),
            .init(
                [.character("f")], .showProblems, in: [.log], hint: "problems only",
                "show only what went wrong, or everything"),
            .init([.enter], .keepFilter, in: [.filter], hint: "keep", "keep the filter"),
            .init([.escape], .back, in: [.filter], hint: "cancel", "show everything again"),
            .init([.enter], .choose, in: [.menu], hint: "choose", "take what is under the cursor"),
            .init([.escape], .back, in: [.menu], hint: "cancel", "close the menu"),
            .init([.enter], .submit, in: [.add], hint: "add", "add what is typed"),
            .init([.tab], .complete, in: [.add], hint: "complete", "complete the path"),
            .init([.escape], .back, in: [.add], hint: "cancel", "add nothing"),
            .init(
                [.escape, .character("n"), .character("q")], .back, in: [.confirm], hint: "cancel", "keep the transfer"),
            .init([.character("s")], .sort, in: [.queue], hint: "sort", "sort the list; the same once more reverses"),
            .init([.character("S")], .reverse, in: [.queue], "reverse the list"),
            .init([.tab], .nextTab, in: [.queue], "the next tab"),
            .init([.backTab], .previousTab, in: [.queue], "the tab before"),
            .init([.character("v")], .markRange, in: [.queue], "mark from here to where the cursor goes"),
            .init([.control("a")], .markAll, in: [.queue], "mark all that are shown, or none"),
            .init([.character("*")], .invertMarks, in: [.queue], "mark those that are not, and no others"),
            .init([.escape], .clear, in: [.queue], "take away the range, marks, filter, tab"),
            .init([.character("u")], .undo, in: lists, hint: "undo", "take back the last pause, resume or removal"),
            .init([.character(":")], .palette, in: lists, "choose among all actions by typing"),
            .init([.character("y")], .copy, in: lists, "copy an address, a name or a digest"),
            .init([.character("e")], .log, in: lists, "all events"),
            .init([.character("T")], .theme, in: lists, "choose the colours"),
            .init([.character("?"), .function(1)], .help, in: lists.union([.chunk]), hint: "help", "all keys"),
            .init([.character("?"), .function(1)], .back, in: [.help], "close this help"),
            .init(
                [.character("q"), .control("c")], .quit, in: [.queue, .detail, .chunk, .help, .log], hint: "quit",
                "quit; nothing is lost, the next start carries on"),
            .init([.control("c")], .quit, in: [.confirm, .filter, .menu, .add], "quit; nothing is removed"),
            .init([.character("M")], .toggleMouse, in: lists, "the mouse: for this screen, or for selecting text"),
            .init([.control("l")], .repaint, in: everywhere, "draw the screen anew"),
            .init([.control("z")], .suspend, in: everywhere, "to the shell; fg comes back"),
        ])
    }()
}
