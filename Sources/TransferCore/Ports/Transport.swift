/// Runs HTTP requests. One thread owns a transport and makes every call but ``Waker/wake()``; receivers are called on
/// that thread from within ``wait(until:)``.
public protocol Transport: AnyObject {
    /// Begins a request, with a body if there is one. Its end is reported by ``wait(until:)``, also when it could not
    /// begin.
    func start(
        _ id: RequestID, _ request: HTTPRequest, body: (any RequestBody)?, options: ConnectionOptions,
        receiver: any ResponseReceiver)

    /// Ends a request; no further call reaches its receiver, and no end is reported. Unknown ids are ignored.
    func cancel(_ id: RequestID)

    /// Goes on with a request whose receiver answered ``BodyDecision/pause``, or whose body answered
    /// ``BodyRead/pause``.
    func resume(_ id: RequestID)

    /// Moves bytes until a request ends, the deadline passes (`nil`: none) or somebody wakes the transport, and waits
    /// without using the processor. It may return sooner, with nothing.
    func wait(until deadline: Instant?) -> [TransportEnd]

    /// Wakes ``wait(until:)`` from any thread.
    var waker: any Waker { get }
}

/// Wakes a waiting thread.
public protocol Waker: Sendable {
    /// Makes the wait that is under way, or the next one, return at once.
    func wake()
}

/// How a connection is made.
public struct ConnectionOptions: Sendable, Hashable {
    /// A file of certificate authorities, instead of the system's.
    public var certificateAuthorities: String?
    public var acceptsAnyCertificate = false
    /// Whether user and password come from `~/.netrc`.
    public var usesNetrc = false
    /// For name look-up, connection and TLS handshake together.
    public var connectTimeout: Duration = .seconds(30)
    /// A request of which no byte moves for this long, in either direction, has failed; at least a second.
    public var stallTimeout: Duration = .seconds(20)
    /// Whether the request must not go out on a connection that was used before.
    public var needsFreshConnection = false

    public init() {}
}

/// Gives the body of a request, on the transport's thread.
public protocol RequestBody: AnyObject {
    /// In bytes; exactly so many are sent, under a `Content-Length`.
    var length: Int64 { get }

    /// Fills the front of `buffer` with the bytes from `offset` on. Offsets follow each other, but for a connection
    /// that turns out to be dead the transport begins again at 0.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> BodyRead
}

/// What became of reading a piece of a body.
public enum BodyRead: Sendable {
    /// So many bytes, at least one.
    case bytes(Int)
    /// They are not there yet: ask again after ``Transport/resume(_:)``.
    case pause
    /// End the request.
    case stop
}

/// Takes an answer as it arrives.
public protocol ResponseReceiver: AnyObject {
    /// The final status and header section; informational answers and trailers are not passed on.
    func receive(head: ResponseHead) -> HeadDecision
    /// A piece of the body. The bytes are valid during the call only.
    func receive(body: UnsafeRawBufferPointer) -> BodyDecision
}

/// What to do after the head of an answer.
public enum HeadDecision: Sendable {
    case proceed
    /// End the request without its body.
    case stop
}

/// What to do with a piece of a body.
public enum BodyDecision: Sendable {
    /// It was taken.
    case proceed
    /// It was not taken: hand it over again after ``Transport/resume(_:)``.
    case pause
    /// End the request.
    case stop
}

/// The end of one request.
public struct TransportEnd: Sendable {
    public enum Outcome: Sendable, Hashable {
        /// The whole answer arrived.
        case completed
        /// The receiver stopped it.
        case stopped
        case failed(TransferError)
    }

    public var id: RequestID
    public var outcome: Outcome
    /// From the start to the first byte of the answer; `nil` if none came.
    public var timeToFirstByte: Duration?

    public init(id: RequestID, outcome: Outcome, timeToFirstByte: Duration?) {
        self.id = id
        self.outcome = outcome
        self.timeToFirstByte = timeToFirstByte
    }
}
