import TransferCore

/// What the header says of the whole queue; counted once for each snapshot.
struct QueueSummary: Hashable {
    private var counts: [TransferState: Int] = [:]
    private var tabs: [QueueView.Tab: Int] = [:]
    private(set) var downloadRate = 0.0
    private(set) var uploadRate = 0.0
    private(set) var total = 0

    init() {}

    init(_ transfers: [TransferSnapshot]) {
        total = transfers.count
        // Only the fields that are needed are read: copying ten thousand whole snapshots would cost milliseconds.
        for index in transfers.indices {
            counts[transfers[index].state, default: 0] += 1
            let tab = QueueView.Tab(state: transfers[index].state, hasError: transfers[index].error != nil)
            tabs[tab, default: 0] += 1
            let rate = transfers[index].shownRate
            guard rate > 0 else { continue }
            switch transfers[index].direction {
            case .download: downloadRate += rate
            case .upload: uploadRate += rate
            }
        }
    }

    /// How many transfers are in a tab.
    func count(_ tab: QueueView.Tab) -> Int { tab == .all ? total : tabs[tab] ?? 0 }

    /// How many transfers are in one of these states.
    func count(_ states: TransferState...) -> Int {
        states.reduce(0) { $0 + (counts[$1] ?? 0) }
    }
}
