import TransferCore

/// Something that a person may want to take back.
enum UndoStep: Hashable, Sendable {
    case pause([TransferID])
    case resume([TransferID])
    case removal(Removal)
}

/// A removal that waits: the engine hears of it only when it is too late to take it back. Meanwhile nothing moves and
/// nothing is shown; should the program end before, the transfers are there again, paused.
struct Removal: Hashable, Sendable {
    let transfers: [TransferID]
    let withData: Bool
    /// Those that were not paused before.
    let paused: [TransferID]
    let due: Instant

    /// How long it can be taken back.
    static let patience = Duration.seconds(10)
}
