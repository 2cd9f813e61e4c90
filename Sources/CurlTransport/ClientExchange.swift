import TransferCore

/// One request of a ``CurlClient``: collects the answer, and tells who waits for it.
final class ClientExchange: ResponseReceiver {
    typealias Continuation = CheckedContinuation<Result<HTTPAnswer, TransferError>, Never>

    /// What is to be done.
    struct Order: Sendable {
        var request: HTTPRequest
        var body: [UInt8]
        /// The longest body that is taken, in bytes.
        var limit: Int
        var options: RequestOptions
    }

    let order: Order
    /// When there has to be a whole answer; `nil` for whenever.
    let deadline: Instant?
    private let continuation: Continuation
    private var head: ResponseHead?
    private var body: [UInt8] = []

    /// - Parameter now: Time counts from here on, also while others are in the way.
    init(_ order: Order, now: Instant, _ continuation: Continuation) {
        self.order = order
        deadline = order.options.timeout.map { now + $0 }
        self.continuation = continuation
    }

    func receive(head: ResponseHead) -> HeadDecision {
        self.head = head
        return .proceed
    }

    func receive(body bytes: UnsafeRawBufferPointer) -> BodyDecision {
        guard bytes.count <= order.limit - body.count else { return .stop }
        body += bytes
        return .proceed
    }

    /// Tells what became of the request. Once.
    func end(_ outcome: TransportEnd.Outcome) {
        switch (outcome, head) {
        case (.completed, let head?): continuation.resume(returning: .success(HTTPAnswer(head: head, body: body)))
        case (.completed, nil): fail(TransferError(.badResponse, "the server answered without a head"))
        case (.stopped, _): fail(TransferError(.badResponse, "the server's answer is longer than \(order.limit) bytes"))
        case (.failed(let error), _): fail(error)
        }
    }

    private func fail(_ error: TransferError) {
        continuation.resume(returning: .failure(error))
    }
}

/// The body of a request, in memory.
final class BytesBody: RequestBody {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var length: Int64 { Int64(bytes.count) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> BodyRead {
        let piece = bytes[Int(offset)...].prefix(buffer.count)
        buffer.copyBytes(from: piece)
        return .bytes(piece.count)
    }
}
