import TransferCore

/// What failed at the object store, as problems.
enum StoreFailure {
    static func translating<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as TransferError {
            throw problem(error)
        }
    }

    /// Credentials and the bucket are the server's affair: nothing that its client sends would help.
    static func problem(_ error: TransferError) -> Problem {
        if error.code == .remoteNameTaken { return .nameTaken }
        var problem =
            switch (error.code, error.disposition) {
            case (.remoteFull, _): Problem(.noRoom, "the object store has no room left")
            case (_, .retry), (_, .reconcile):
                Problem(.busy, "the object store does not do it at the moment", headers: [.retryAfter: "2"])
            default: Problem(.storeFailed, "the object store refuses to do it: the server's log says why")
            }
        problem.cause = error
        return problem
    }

    /// Whether other requests would meet with the same: the store cannot be reached, or does not answer.
    static func isOutage(_ error: any Error) -> Bool {
        (error as? TransferError).map { outages.contains($0.code) } ?? false
    }

    private static let outages: Set<TransferError.Code> = [
        .cannotResolve, .cannotConnect, .connectionLost, .timedOut, .stalled,
    ]
}
