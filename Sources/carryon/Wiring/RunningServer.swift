import UploadServer

/// A chunk server on a task of its own, seen from a thread that blocks.
final class RunningServer: Sendable {
    /// Where it listens.
    let address: ListenAddress
    private let server: ChunkServer
    private let outcome: Outcome

    /// Returns once the server listens; throws why it does not.
    ///
    /// - Parameters:
    ///   - make: Makes the server, given what to call when it listens.
    ///   - onEnd: Called on another thread when the server has ended.
    init(
        _ make: (@escaping @Sendable (ListenAddress) async -> Void) throws -> ChunkServer,
        onEnd: @escaping @Sendable () -> Void = {}
    ) throws {
        let started = OneTime<Result<ListenAddress, any Error>>()
        let server = try make { started.settle(.success($0)) }
        let outcome = Outcome()
        self.server = server
        self.outcome = outcome
        Task.detached {
            do {
                try await server.run()
                started.settle(.failure(Failure("the server ended before it began to listen")))
                outcome.settle(nil)
            } catch {
                started.settle(.failure(error))
                outcome.settle(error)
            }
            onEnd()
        }
        address = try started.wait().get()
    }

    /// Has the server end in good order: running requests finish, further ones are refused.
    func stop() {
        server.stop()
    }

    /// Waits for the end; throws what ended the server if it was not ``stop()``.
    func wait() throws {
        if let error = outcome.wait() { throw error }
    }

    private typealias Outcome = OneTime<(any Error)?>
}
