import TransferCore

/// All that decides what is on the screen. Changes only through ``update(_:)``; knows no clock and does no I/O.
public struct AppState: Sendable {
    /// The newest picture of the engine.
    public private(set) var snapshot: EngineSnapshot
    public internal(set) var size: Size
    /// What lies over the queue, the last on top.
    var layers: [Layer] = []
    /// The transfer under the cursor. The cursor follows it wherever it moves.
    public internal(set) var selection: TransferID?
    /// Transfers that the next action is about.
    public internal(set) var marks: Set<TransferID> = []
    /// Where a range of marks began, and what was marked before it.
    var rangeStart: TransferID?
    var marksBeforeRange: Set<TransferID> = []
    /// What the list shows.
    var view = QueueView()
    /// What can be taken back, the newest last.
    var undoSteps: [UndoStep] = []
    /// The time as far as the screen knows; for countdowns.
    public private(set) var now: Instant
    /// Where somebody looks in the grid of the transfer.
    public internal(set) var grid = GridState()
    /// Whether clicks and the wheel come to the screen; otherwise the terminal selects text with them.
    public internal(set) var isMouseCaptured: Bool
    /// Why the last key did nothing; gone with the next key.
    public internal(set) var notice: Label?

    let keyMap: KeyMap
    /// How far local time is ahead of UTC, in seconds.
    let utcOffset: Int
    private(set) var summary = QueueSummary()
    /// What tells quickly how many chunks look together.
    private(set) var pyramids = ChunkPyramids()
    /// The names of the transfers that the newest events are about.
    private(set) var eventNames: [TransferID: SafeText] = [:]
    /// Where ``selection`` stands in the list.
    private(set) var cursorRow: Int?
    /// The first transfer on the screen.
    private var firstRow = 0
    /// The first line of the help on the screen.
    var helpScroll = 0
    /// The newest events that are below the log's window.
    var logScroll = 0
    /// Whether the log shows only what went wrong.
    var isLogOfProblems = false
    /// The themes that can be chosen, and the one that is in use.
    let themes: [String]
    public internal(set) var theme: String

    /// - Parameters:
    ///   - utcOffset: How far local time is ahead of UTC, in seconds; for the times of events.
    ///   - themes: The names of the themes that can be chosen.
    ///   - theme: The one that is in use.
    ///   - isMouseCaptured: Whether clicks and the wheel come to the screen from the start.
    public init(
        size: Size, keyMap: KeyMap = .standard, utcOffset: Int = 0, themes: [String] = [], theme: String = "terminal",
        isMouseCaptured: Bool = true
    ) {
        self.size = size
        self.isMouseCaptured = isMouseCaptured
        self.keyMap = keyMap
        self.utcOffset = utcOffset
        self.themes = themes
        self.theme = theme
        now = .zero
        snapshot = EngineSnapshot(takenAt: .zero, takenAtWall: WallTime(milliseconds: 0))
    }

    /// Takes in what happened and says what is to be done about it.
    public mutating func update(_ message: Message) -> [Command] {
        var commands: [Command] = []
        switch message {
        case .key(let key):
            notice = nil
            if let action = keyMap.action(for: key, in: keyContext) {
                commands = perform(action)
            } else {
                type(key)
            }
        case .mouse(let event):
            commands = take(event)
        case .paste(let text):
            paste(text)
        case .reply(let reply):
            take(reply)
        case .focus:
            break
        case .snapshot(let snapshot):
            commands = take(snapshot)
        case .resized(let size):
            self.size = size
        case .notice(let label):
            notice = label
        case .tick(let instant):
            now = max(now, instant)
            commands = carryOutRemovals()
        }
        firstRow = listWindow(rows: QueueLayout(size: size).list.rows).lowerBound
        return commands
    }

    /// When the screen will look different although nothing happened; `nil` if it will not.
    public var nextTick: Instant? {
        let countdown = visibleIndices.compactMap { index -> Instant? in
            guard snapshot.transfers[index].state == .waiting, let until = snapshot.transfers[index].waitingUntil,
                until > now
            else { return nil }
            let shown = Format.wholeSeconds(until - now)
            return until + .seconds(1 - shown)
        }.min()
        return [countdown, nextChunkTick, nextRemoval].compactMap { $0 }.min()
    }

    /// What is in front.
    var keyContext: KeyContext { layers.last?.keyContext ?? .queue }

    /// What keys can do now, without what makes no difference.
    var usefulBindings: [KeyBinding] {
        keyMap.bindings(in: keyContext).filter { binding in
            switch keyContext {
            case .queue: isUsefulInQueue(binding.action)
            // An object store is told in any case.
            case .confirm: binding.action != .removeKeepingData || !isRemovalAlwaysWhole
            default: true
            }
        }
    }

    private func isUsefulInQueue(_ action: Action) -> Bool {
        switch action {
        case .add, .help, .quit: true
        case .undo: !undoSteps.isEmpty
        default: !snapshot.transfers.isEmpty
        }
    }

    /// Whether it makes no difference for what is about to be removed if data are kept.
    private var isRemovalAlwaysWhole: Bool {
        guard case .confirmRemove(let ids) = layers.last else { return false }
        return transfers(ids).allSatisfy(\.isEndedAtStore)
    }

    /// The transfers of these ids that there are, in the order of the queue.
    func transfers(_ ids: some Collection<TransferID>) -> [TransferSnapshot] {
        if ids.count == 1, let selected, selected.id == ids.first { return [selected] }
        let wanted = Set(ids)
        return snapshot.transfers.indices.filter { wanted.contains(snapshot.transfers[$0].id) }
            .map { snapshot.transfers[$0] }
    }

    /// The transfer that the detail screen shows.
    var detailID: TransferID? {
        for case .detail(let id) in layers.reversed() { return id }
        return nil
    }

    /// The transfer under the cursor, or the one that is looked at: what the keys act upon.
    var selected: TransferSnapshot? {
        selectedIndex.map { snapshot.transfers[$0] }
    }

    /// Where it stands in the snapshot.
    private var selectedIndex: Int? {
        if let id = detailID, let index = index(of: id) { return index }
        return cursorRow.map { view.rows[$0] }
    }

    /// The rows of ``view`` that are on the screen when the list has so many rows.
    func listWindow(rows: Int) -> Range<Int> {
        let count = view.rows.count
        let rows = max(1, rows)
        var first = min(firstRow, count - rows)
        if let cursorRow { first = min(max(first, cursorRow - rows + 1), cursorRow) }
        first = max(0, first)
        return first..<min(count, first + rows)
    }

    /// Puts the cursor on a row of the list, or on the nearest that there is.
    mutating func select(row: Int) {
        guard !view.rows.isEmpty else {
            selection = nil
            cursorRow = nil
            return
        }
        let row = min(max(0, row), view.rows.count - 1)
        cursorRow = row
        selection = snapshot.transfers[view.rows[row]].id
    }

    /// Makes the list anew. The cursor stays on its transfer, or else in its place.
    mutating func arrange() {
        view.arrange(snapshot.transfers)
        let old = cursorRow ?? 0
        if let row = selection.flatMap(row) { cursorRow = row } else { select(row: old) }
    }

    private func row(of id: TransferID) -> Int? {
        if let row = cursorRow, row < view.rows.count, snapshot.transfers[view.rows[row]].id == id { return row }
        return view.rows.firstIndex { snapshot.transfers[$0].id == id }
    }

    /// Of the transfers on the screen, in the snapshot.
    private var visibleIndices: ArraySlice<Int> {
        if layers.contains(.help) { return [] }
        if detailID != nil { return selectedIndex.map { [$0] } ?? [] }
        let layout = QueueLayout(size: size)
        return layout.tier == .summary ? [] : view.rows[listWindow(rows: layout.list.rows)]
    }

    private mutating func take(_ snapshot: EngineSnapshot) -> [Command] {
        self.snapshot = snapshot
        now = max(now, snapshot.takenAt)
        summary = QueueSummary(snapshot.transfers)
        pyramids.update(to: snapshot.transfers)
        eventNames = namesOfEvents()
        if !view.hidden.isEmpty || !marks.isEmpty {
            let there = Set(snapshot.transfers.map(\.id))
            view.hidden.formIntersection(there)
            marks.formIntersection(there)
        }
        arrange()
        grid.cursor = max(0, min(grid.cursor, (selected?.chunks.count ?? 0) - 1))
        return dropOrphanedLayers()
    }

    private func index(of id: TransferID) -> Int? {
        let transfers = snapshot.transfers
        if let row = cursorRow, row < view.rows.count, transfers[view.rows[row]].id == id { return view.rows[row] }
        return transfers.indices.first { transfers[$0].id == id }
    }

    private func namesOfEvents() -> [TransferID: SafeText] {
        let wanted = Set(snapshot.events.suffix(Self.namedEvents).compactMap(\.transfer))
        var names: [TransferID: SafeText] = [:]
        guard !wanted.isEmpty else { return names }
        for index in snapshot.transfers.indices where wanted.contains(snapshot.transfers[index].id) {
            names[snapshot.transfers[index].id] = snapshot.transfers[index].name
            if names.count == wanted.count { break }
        }
        return names
    }

    /// As many events as any screen shows.
    private static let namedEvents = 40

    /// Closes what was open on a transfer that is no longer there.
    private mutating func dropOrphanedLayers() -> [Command] {
        let ids = layers.flatMap { layer -> [TransferID] in
            switch layer {
            case .detail(let id), .inspector(let id): [id]
            case .confirmRemove(let ids): ids
            default: []
            }
        }
        return closeDetail(of: Set(ids.filter { index(of: $0) == nil }))
    }

    /// Closes what is open on transfers that go.
    mutating func closeDetail(of gone: Set<TransferID>) -> [Command] {
        guard !gone.isEmpty else { return [] }
        let watched = detailID
        layers = layers.compactMap { layer in
            switch layer {
            case .detail(let id), .inspector(let id): return gone.contains(id) ? nil : layer
            case .confirmRemove(let ids):
                let left = ids.filter { !gone.contains($0) }
                return left.isEmpty ? nil : .confirmRemove(left)
            default: return layer
            }
        }
        return watched != nil && detailID == nil ? [.engine(.watch(nil))] : []
    }
}

extension TransferSnapshot {
    /// Whether what is unfinished of it is in an object store, which forgets nothing by itself: a removal ends it there.
    var isEndedAtStore: Bool {
        direction == .upload && state != .completed && RemoteKind(destination.description) == .s3
    }
}
