/// An immutable picture of the engine.
public struct EngineSnapshot: Sendable {
    /// Rises with each picture that differs from the one before.
    public var sequence: UInt64
    /// When the picture was taken.
    public var takenAt: Instant
    public var takenAtWall: WallTime
    /// In queue order.
    public var transfers: [TransferSnapshot]
    /// The transfer that ``EngineCommand/watch(_:)`` named.
    public var watched: TransferDetail?
    /// The newest lines of the event log, oldest first.
    public var events: [EngineEvent]
    /// Safe bytes per second over all transfers, one value a second, newest last; at most 120.
    public var throughput: [Double]
    /// How many commands have been carried out since the start, so that a script knows when its own was.
    public var commandsTaken: UInt64
    /// Whether nothing moves or will move by itself; an idle engine makes no further pictures until a command comes.
    public var isIdle: Bool

    public init(takenAt: Instant, takenAtWall: WallTime) {
        sequence = 0
        self.takenAt = takenAt
        self.takenAtWall = takenAtWall
        transfers = []
        events = []
        throughput = []
        commandsTaken = 0
        isIdle = true
    }
}

/// One line of the event log.
public struct EngineEvent: Sendable, Equatable {
    public enum Kind: Sendable { case info, retry, problem, success }

    public var at: WallTime
    public var transfer: TransferID?
    public var kind: Kind
    public var text: SafeText

    public init(at: WallTime, transfer: TransferID?, kind: Kind, text: SafeText) {
        self.at = at
        self.transfer = transfer
        self.kind = kind
        self.text = text
    }
}
