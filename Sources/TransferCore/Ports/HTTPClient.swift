/// Makes single requests whose answers are small, for code that waits for each of them.
public protocol HTTPClient: Sendable {
    /// Makes one request and waits for the whole answer, whatever its status. Redirects are not followed. The end of the
    /// task ends the request.
    ///
    /// - Parameters:
    ///   - body: Sent with its length; an empty one is sent only with methods that call for one.
    ///   - limit: The longest body that is taken, in bytes. What is longer fails with
    ///     ``TransferError/Code/badResponse``.
    /// - Throws: Why there is no whole answer; ``TransferError/Code/connectionLost`` if the task was cancelled, and
    ///   ``TransferError/Code/timedOut`` if ``RequestOptions/timeout`` has passed.
    func send(
        _ request: HTTPRequest, body: [UInt8], limit: Int, options: RequestOptions
    ) async throws(TransferError) -> HTTPAnswer
}

extension HTTPClient {
    /// The same without options.
    public func send(_ request: HTTPRequest, body: [UInt8], limit: Int) async throws(TransferError) -> HTTPAnswer {
        try await send(request, body: body, limit: limit, options: RequestOptions())
    }
}

/// How one request is made.
public struct RequestOptions: Sendable, Hashable {
    /// From the call to the end of the answer; `nil` for as long as the connection is not taken for dead.
    public var timeout: Duration?
    /// Whether the request must not go out on a connection that was used before.
    public var needsFreshConnection: Bool

    public init(timeout: Duration? = nil, needsFreshConnection: Bool = false) {
        self.timeout = timeout
        self.needsFreshConnection = needsFreshConnection
    }
}

/// A whole answer.
public struct HTTPAnswer: Sendable, Hashable {
    public var head: ResponseHead
    public var body: [UInt8]

    public init(head: ResponseHead, body: [UInt8] = []) {
        self.head = head
        self.body = body
    }
}
