/// Who may write which chunk of one upload: one at a time, in the order of asking.
struct ChunkLeases<Holder: AnyObject, Waiter> {
    fileprivate struct Lease {
        var holder: Holder
        var waiters: [(holder: Holder, waiter: Waiter)] = []
    }

    private var leases: [Int: Lease] = [:]

    var isEmpty: Bool { leases.isEmpty }

    /// All who hold a lease.
    var holders: [Holder] { leases.values.map(\.holder) }

    func holder(of index: Int) -> Holder? { leases[index]?.holder }

    /// Takes a free chunk.
    ///
    /// - Returns: Whether it was free.
    mutating func take(_ index: Int, _ holder: Holder) -> Bool {
        guard leases[index] == nil else { return false }
        leases[index] = Lease(holder: holder)
        return true
    }

    /// Waits for a chunk that another one holds.
    mutating func wait(for index: Int, _ holder: Holder, _ waiter: Waiter) {
        leases[index]?.waiters.append((holder, waiter))
    }

    func isWaiting(for index: Int, _ holder: Holder) -> Bool {
        leases[index]?.waiters.contains { $0.holder === holder } ?? false
    }

    /// Stops waiting.
    mutating func leave(_ index: Int, _ holder: Holder) -> Waiter? {
        guard let place = leases[index]?.waiters.firstIndex(where: { $0.holder === holder }) else { return nil }
        return leases[index]?.waiters.remove(at: place).waiter
    }

    /// Gives a chunk back.
    ///
    /// - Returns: Who has it now, if somebody waited.
    mutating func giveBack(_ index: Int) -> Waiter? {
        guard var lease = leases[index], !lease.waiters.isEmpty else {
            leases[index] = nil
            return nil
        }
        let next = lease.waiters.removeFirst()
        lease.holder = next.holder
        leases[index] = lease
        return next.waiter
    }
}

extension ChunkLeases: Sendable where Holder: Sendable, Waiter: Sendable {}
extension ChunkLeases.Lease: Sendable where Holder: Sendable, Waiter: Sendable {}
