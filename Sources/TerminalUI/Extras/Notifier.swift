import TransferCore

/// Finds what somebody who looks elsewhere should know: the queue is drained, or something needs a person. Never says
/// the same thing twice.
struct Notifier {
    /// When the queue was drained last.
    private(set) var drainedAt: WallTime?
    /// Those that were already seen to need somebody.
    private var known: Set<TransferID> = []

    /// Takes in a picture and says what is new in it.
    mutating func take(_ snapshot: EngineSnapshot, _ digest: QueueDigest) -> Label? {
        let isFirst = drainedAt == nil
        let new = digest.needy.filter { !known.contains($0) }
        if !new.isEmpty || known.count != digest.needy.count { known = Set(digest.needy) }
        let isDrained = digest.running == 0
        if isFirst || isDrained { drainedAt = snapshot.takenAtWall }
        guard !isFirst else { return nil }
        let drained = isDrained && digest.completed > 0 ? Self.drained(digest) : nil
        guard let first = new.first, let transfer = snapshot.transfers.first(where: { $0.id == first }) else {
            return drained
        }
        let needy = Self.needy(transfer, others: new.count - 1)
        return drained.map { "\(needy); \($0)" } ?? needy
    }

    private static func drained(_ digest: QueueDigest) -> Label {
        let number = digest.completed
        let count: Label = number == 1 ? "1 transfer is complete" : "\(Format.count(number)) transfers are complete"
        return digest.needy.isEmpty ? count : "\(count), \(Format.count(digest.needy.count)) not"
    }

    private static func needy(_ transfer: TransferSnapshot, others: Int) -> Label {
        let reason: Label = transfer.error.map { Label($0.detail) } ?? "it has failed"
        let name = Label(transfer.name).fitted(to: 40)
        return others > 0 ? "\(name) and \(Format.count(others)) more: \(reason)" : "\(name): \(reason)"
    }
}
