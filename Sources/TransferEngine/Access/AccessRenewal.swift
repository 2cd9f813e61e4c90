import TransferCore
import WireProtocols

/// Whether an order has to look up credentials before it signs with those that are known: they may be about to end.
///
/// Once per order: a program may give out nothing but credentials that end soon.
struct AccessRenewal {
    private enum Stage { case unused, underWay, over }

    /// A request is signed with credentials that hold this much longer, so that they hold when it arrives.
    private static let margin: Duration = .seconds(60)

    private var stage = Stage.unused

    /// Whether credentials are to be looked up now. Asked again behind that, it says no.
    mutating func begins(_ memory: RemoteMemory, now: WallTime) -> Bool {
        if stage == .underWay { stage = .over }
        guard stage == .unused, Self.ends(memory, by: now + Self.margin) else { return false }
        stage = .underWay
        return true
    }

    /// Whether what is known still serves, although new credentials were looked up in vain.
    func canDoWithout(_ memory: RemoteMemory, now: WallTime) -> Bool {
        stage == .underWay && !Self.ends(memory, by: now)
    }

    /// By the clock of the store, which decides.
    private static func ends(_ memory: RemoteMemory, by time: WallTime) -> Bool {
        memory.access?.credentials.expire(by: time + memory.clockOffset) ?? false
    }
}
