import TransferCore

/// All that decides what is on the screen. Changes only through ``update(_:)``; knows no clock and does no I/O.
public struct AppState: Sendable {
    /// The newest picture of the engine.
    public private(set) var snapshot: EngineSnapshot
    public internal(set) var size: Size
    /// What lies over the queue, the last on top.
    public internal(set) var layers: [Layer] = []
    /// The transfer under the cursor. The cursor follows it wherever it moves.
    public internal(set) var selection: TransferID?
    /// The time as far as the screen knows; for countdowns.
    public private(set) var now: Instant
    /// The chunk under the cursor of the grid.
    public internal(set) var gridCursor = 0
    /// Why the last key did nothing; gone with the next key.
    public internal(set) var notice: Label?

    let keyMap: KeyMap
    /// How far local time is ahead of UTC, in seconds.
    let utcOffset: Int
    private(set) var summary = QueueSummary()
    /// The names of the transfers that the newest events are about.
    private(set) var eventNames: [TransferID: SafeText] = [:]
    /// Where ``selection`` stands in the snapshot.
    private(set) var selectedIndex: Int?
    /// The first transfer on the screen.
    private var firstRow = 0
    /// The first line of the help on the screen.
    var helpScroll = 0

    /// - Parameter utcOffset: How far local time is ahead of UTC, in seconds; for the times of events.
    public init(size: Size, keyMap: KeyMap = .standard, utcOffset: Int = 0) {
        self.size = size
        self.keyMap = keyMap
        self.utcOffset = utcOffset
        now = .zero
        snapshot = EngineSnapshot(takenAt: .zero, takenAtWall: WallTime(milliseconds: 0))
    }

    /// Takes in what happened and says what is to be done about it.
    public mutating func update(_ message: Message) -> [Command] {
        var commands: [Command] = []
        switch message {
        case .key(let key):
            notice = nil
            if let action = keyMap.action(for: key, in: keyContext) { commands = perform(action) }
        case .snapshot(let snapshot):
            commands = take(snapshot)
        case .resized(let size):
            self.size = size
        case .tick(let instant):
            now = max(now, instant)
        }
        firstRow = listWindow(rows: QueueLayout(size: size).list.rows).lowerBound
        return commands
    }

    /// When the screen will look different although nothing happened; `nil` if it will not.
    public var nextTick: Instant? {
        visibleIndices.compactMap { index -> Instant? in
            guard snapshot.transfers[index].state == .waiting, let until = snapshot.transfers[index].waitingUntil,
                until > now
            else { return nil }
            let shown = Format.wholeSeconds(until - now)
            return until + .seconds(1 - shown)
        }.min()
    }

    /// What is in front.
    var keyContext: KeyContext { layers.last?.keyContext ?? .queue }

    /// What keys can do now, without what makes no difference.
    var usefulBindings: [KeyBinding] {
        keyMap.bindings(in: keyContext).filter { binding in
            switch keyContext {
            case .queue: !snapshot.transfers.isEmpty || [.help, .quit].contains(binding.action)
            // An object store is told in any case.
            case .confirm: binding.action != .removeKeepingData || selected?.isEndedAtStore != true
            case .detail, .help: true
            }
        }
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

    /// The transfers that are on the screen when the list has `rows` rows.
    func listWindow(rows: Int) -> Range<Int> {
        let count = snapshot.transfers.count
        let rows = max(1, rows)
        var first = min(firstRow, count - rows)
        if let selectedIndex {
            first = min(max(first, selectedIndex - rows + 1), selectedIndex)
        }
        first = max(0, first)
        return first..<min(count, first + rows)
    }

    /// Puts the cursor on the transfer at `index`, or on the nearest that there is.
    mutating func select(index: Int) {
        guard !snapshot.transfers.isEmpty else {
            selection = nil
            selectedIndex = nil
            return
        }
        let index = min(max(0, index), snapshot.transfers.count - 1)
        selectedIndex = index
        selection = snapshot.transfers[index].id
    }

    private var visibleIndices: Range<Int> {
        if layers.contains(.help) { return 0..<0 }
        if detailID != nil { return selectedIndex.map { $0..<$0 + 1 } ?? 0..<0 }
        let layout = QueueLayout(size: size)
        return layout.tier == .summary ? 0..<0 : listWindow(rows: layout.list.rows)
    }

    private mutating func take(_ snapshot: EngineSnapshot) -> [Command] {
        self.snapshot = snapshot
        now = max(now, snapshot.takenAt)
        summary = QueueSummary(snapshot.transfers)
        eventNames = namesOfEvents()
        let old = selectedIndex ?? 0
        if let selection, let index = index(of: selection) {
            selectedIndex = index
        } else {
            select(index: old)
        }
        gridCursor = max(0, min(gridCursor, (selected?.chunks.count ?? 0) - 1))
        return dropOrphanedLayers()
    }

    private func index(of id: TransferID) -> Int? {
        let transfers = snapshot.transfers
        if let index = selectedIndex, index < transfers.count, transfers[index].id == id { return index }
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
        let watched = detailID
        layers = layers.filter { layer in
            switch layer {
            case .detail(let id), .confirmRemove(let id): index(of: id) != nil
            case .help: true
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
