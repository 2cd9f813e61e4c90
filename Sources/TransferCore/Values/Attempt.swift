/// One try at one chunk, as kept for troubled chunks.
public struct Attempt: Hashable, Sendable {
    /// The chunk at which the try began.
    public var chunk: Int
    public var startedAt: WallTime
    /// From the start of the request to the first byte of the answer; `nil` if none came.
    public var timeToFirstByte: Duration?
    /// How long the try took.
    public var duration: Duration
    /// The bytes of the body that were accepted.
    public var bytes: Int64
    /// The HTTP status; `nil` if no answer came.
    public var status: Int?
    public var outcome: Outcome

    public init(
        chunk: Int, startedAt: WallTime, timeToFirstByte: Duration?, duration: Duration, bytes: Int64, status: Int?,
        outcome: Outcome
    ) {
        self.chunk = chunk
        self.startedAt = startedAt
        self.timeToFirstByte = timeToFirstByte
        self.duration = duration
        self.bytes = bytes
        self.status = status
        self.outcome = outcome
    }

    public enum Outcome: Hashable, Sendable {
        case success
        case failure(TransferError)

        public var error: TransferError? {
            if case .failure(let error) = self { return error }
            return nil
        }
    }
}
