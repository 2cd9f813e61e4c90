import Glibc
import Synchronization
import TransferCore

/// The HTTP client that the program uses: a ``CurlTransport`` on a thread of its own, which ends with the client.
///
/// Up to 64 requests run at the same time, each on a connection of its own, and the others wait in a line; idle connections
/// are used again.
public final class CurlClient: HTTPClient {
    let loop: ClientLoop
    private let lastID = Atomic<UInt64>(0)

    /// - Parameter options: How connections are made, for all requests.
    /// - Throws: `unsupported` if libcurl cannot be set up.
    public init(clock: any Clock, options: ConnectionOptions = ConnectionOptions()) throws(TransferError) {
        loop = try ClientLoop(clock: clock, options: options)
        let context = Unmanaged.passRetained(loop)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<ClientLoop>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        precondition(result == 0, "the system gives no thread (\(result))")
        pthread_detach(thread)
    }

    /// No request is left then: each holds on to its client.
    deinit { loop.submit(.end) }

    public func send(
        _ request: HTTPRequest, body: [UInt8], limit: Int, options: RequestOptions
    ) async throws(TransferError) -> HTTPAnswer {
        let id = RequestID(lastID.add(1, ordering: .relaxed).newValue)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: ClientExchange.Continuation) in
                let exchange = ClientExchange.Order(request: request, body: body, limit: limit, options: options)
                loop.submit(.start(id, exchange, continuation))
                // A cancellation before this moment may have been told before there was anything to cancel.
                if Task.isCancelled { loop.submit(.cancel(id)) }
            }
        } onCancel: {
            loop.submit(.cancel(id))
        }
        return try outcome.get()
    }
}
