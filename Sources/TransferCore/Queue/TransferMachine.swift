/// What the queue asks of the state machine of one running transfer, whichever way its bytes go.
///
/// It exists from the moment a queued transfer gets its turn until the transfer completes, pauses or fails; between
/// runs a transfer is only its ``TransferRecord``. It never waits and never asks for the time.
protocol TransferMachine: Sendable {
    /// What is to be done, in order; the queue takes it away.
    var effects: [Effect] { get set }
    /// What the machine holds for the store.
    var currentRecord: TransferRecord { get }
    /// How the run ended; `nil` while it lasts.
    var ending: RunEnding? { get }
    /// How the run is about to end, once nothing is under way any more.
    var pendingEnding: RunEnding? { get }
    /// Whether the run has come so far that it ends well or badly, but not early.
    var isFinishing: Bool { get }
    var weight: RunWeight { get }
    var table: ChunkTable { get }
    /// The remote that the next request goes to.
    var address: String { get }
    /// What was measured of the transfer, in this run and before.
    var measures: TransferMeasures { get set }

    /// The first event of a run.
    mutating func start(_ moment: Moment)
    /// Ends the run early.
    mutating func close(_ ending: RunEnding, _ moment: Moment)
    /// Tries again at once what waits.
    mutating func retryNow()
    /// How far running requests are: absolute offsets in the file of the next byte.
    mutating func progress(_ offsets: [RequestID: Int64], at now: Instant)
    /// A deadline has passed.
    mutating func timer(_ moment: Moment)
    mutating func bookmarkLoaded(_ bookmark: [ChunkBookmark], _ moment: Moment)
    mutating func bookmarked(_ chunks: [ChunkBookmark], _ moment: Moment)
    /// Reading, writing or saving failed on this machine.
    mutating func fileFailed(_ error: TransferError, _ moment: Moment)

    /// Whether a connection could be used now.
    func wantsRequest(at now: Instant) -> Bool
    /// When a request that waits now could be made; `nil` if none waits.
    func nextWish(after now: Instant) -> Instant?
    /// A wish for a request cannot be met, because the remote wants to be left alone for a while.
    mutating func remoteIsClosed(_ moment: Moment)
    /// Makes the next request; `nil` if there is none to make after all.
    mutating func nextRequest(id: RequestID, at now: Instant) -> Effect?

    /// Fills in what people are shown of the run.
    ///
    /// - Parameter gate: Until when the remote is left alone.
    func describe(_ row: inout TransferSnapshot, gate: Instant, at now: Instant)
    /// The requests that move bytes, in order of their place in the file.
    func inFlight(at now: Instant) -> [RequestSnapshot]
    /// What a chunk waits for; `nil` if it does not wait to be tried again.
    func wait(forChunk chunk: Int) -> ChunkWait?
}

/// How a run of a machine ends.
public enum RunEnding: Sendable, Equatable {
    case completed
    case paused
    case failed(TransferError)
    case removed(withData: Bool)
    /// The engine stops; the transfer goes on at its next start.
    case suspended
    /// Not an end: the transfer starts over.
    case restart
}

/// What kind of load a run is for its remote.
enum RunWeight {
    /// Its size is not known yet.
    case unknown
    case small
    case large
    /// It makes no requests any more.
    case finishing
}
