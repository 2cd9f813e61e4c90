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
        switch (error.code, error.disposition) {
        case (.remoteNameTaken, _): .nameTaken
        case (.remoteFull, _): Problem(.noRoom, sentence(error))
        case (_, .retry), (_, .reconcile): Problem(.busy, sentence(error), headers: [.retryAfter: "2"])
        default: Problem(.storeFailed, sentence(error))
        }
    }

    private static func sentence(_ error: TransferError) -> String { "the object store did not do it: \(error.detail)" }
}
