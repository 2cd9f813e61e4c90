import TransferCore

/// Which transfers the list shows, and in which order.
struct QueueView: Hashable, Sendable {
    /// Transfers that belong together by what they do.
    enum Tab: Int, CaseIterable, Sendable {
        case all, active, queued, paused, done, trouble

        var name: Label {
            switch self {
            case .all: "All"
            case .active: "Active"
            case .queued: "Queued"
            case .paused: "Paused"
            case .done: "Done"
            case .trouble: "Failed"
            }
        }

        /// How its number is drawn where there is something in it.
        var style: Style {
            switch self {
            case .all: .text
            case .active: .accent
            case .queued, .paused: .muted
            case .done: .success
            case .trouble: .error
            }
        }

        /// The tab beside ``all`` that a transfer is in. What has stopped by itself is trouble, what a person has paused
        /// is not.
        init(state: TransferState, hasError: Bool) {
            switch state {
            case .preparing, .active, .waiting, .verifying: self = .active
            case .queued: self = .queued
            case .paused: self = hasError ? .trouble : .paused
            case .completed: self = .done
            case .failed: self = .trouble
            }
        }
    }

    /// What the list is sorted by.
    enum Order: Int, CaseIterable, Sendable {
        case queue, name, share, speed, timeLeft, size

        var name: Label {
            switch self {
            case .queue: "queue"
            case .name: "name"
            case .share: "done"
            case .speed: "speed"
            case .timeLeft: "eta"
            case .size: "size"
            }
        }
    }

    var tab = Tab.all
    /// Lowercase; a transfer is shown if its name or one of its addresses holds all of the words.
    var filter = ""
    var order = Order.queue
    var isReversed = false
    /// Transfers that are about to be removed, and are gone for the eye.
    var hidden: Set<TransferID> = []
    /// Where the shown transfers stand in the snapshot.
    private(set) var rows: [Int] = []

    /// Takes in a new queue, or a new wish.
    mutating func arrange(_ transfers: [TransferSnapshot]) {
        rows = Array(transfers.indices)
        // Ten thousand transfers come ten times a second; only what is asked for is looked at.
        if tab != .all {
            rows.removeAll { tab != Tab(state: transfers[$0].state, hasError: transfers[$0].error != nil) }
        }
        if !hidden.isEmpty { rows.removeAll { hidden.contains(transfers[$0].id) } }
        let words = filter.split(separator: " ")
        if !words.isEmpty { rows.removeAll { !Self.matches(transfers[$0], words) } }
        sort(transfers)
    }

    private static func matches(_ transfer: TransferSnapshot, _ words: [Substring]) -> Bool {
        let text = "\(transfer.name) \(transfer.source) \(transfer.destination)".lowercased()
        return words.allSatisfy { text.contains($0) }
    }

    /// Equal ones stay in the order of the queue.
    private mutating func sort(_ transfers: [TransferSnapshot]) {
        switch order {
        case .queue: break
        case .name: sort(by: transfers) { $0.name.description.lowercased() }
        case .share: sort(by: transfers, Self.share)
        case .speed: sort(by: transfers) { -$0.bytesPerSecond }
        case .timeLeft: sort(by: transfers) { $0.timeLeft?.nanoseconds ?? .max }
        case .size: sort(by: transfers) { -($0.bytesTotal ?? -1) }
        }
        if isReversed { rows.reverse() }
    }

    private mutating func sort(by transfers: [TransferSnapshot], _ key: (TransferSnapshot) -> some Comparable) {
        let keys = rows.map { (key: key(transfers[$0]), row: $0) }
        rows = keys.sorted { $0.key == $1.key ? $0.row < $1.row : $0.key < $1.key }.map(\.row)
    }

    private static func share(_ transfer: TransferSnapshot) -> Double {
        if transfer.state == .completed { return -1 }
        guard let total = transfer.bytesTotal, total > 0 else { return 0 }
        return -Double(transfer.bytesDone) / Double(total)
    }
}
