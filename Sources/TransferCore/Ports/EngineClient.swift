/// What a person or a script can ask of the engine.
public enum EngineCommand: Sendable {
    case add([NewTransfer])
    case pause([TransferID])
    case resume([TransferID])
    /// Goes on after an error, without waiting for a back-off to end.
    case retry([TransferID])
    /// Takes transfers out of the queue; `withData` also deletes unfinished data, never a finished file.
    case remove([TransferID], withData: Bool)
    /// Takes transfers out of the queue that do not run, and leaves what is unfinished wherever it is: no remote is told.
    /// Those that run are removed with their data kept, as far as that can be.
    case forget([TransferID])
    /// Compares every chunk on disk with its stored checksum and fetches the bad ones again.
    case verify([TransferID])
    case pauseAll
    case resumeAll
    /// Fills ``EngineSnapshot/watched`` for this transfer from now on.
    case watch(TransferID?)
    /// Fills ``TransferDetail/chunk`` of the watched transfer from now on, until another command to watch; `nil` ends
    /// that.
    case inspect(TransferID, chunk: Int?)
}

/// The one door to the engine, for the screen and the command line alike.
public protocol EngineClient: Sendable {
    /// Hands over a command and returns at once; its effect shows in a later snapshot.
    func send(_ command: EngineCommand)

    /// The newest picture.
    func snapshot() -> EngineSnapshot

    /// A descriptor that becomes readable when there is a newer picture, for `poll`.
    var changes: Int32 { get }

    /// Makes ``changes`` unreadable again. Call it before ``snapshot()``.
    func acknowledgeChanges()
}
