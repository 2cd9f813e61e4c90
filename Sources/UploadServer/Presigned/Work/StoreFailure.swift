import TransferCore

/// What failed at the object store, as problems.
enum StoreFailure {
    static func translating<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as TransferError {
            throw problem(error)
        } catch let conflict as LedgerConflict {
            // Somebody else was faster: what holds now is found by asking again.
            throw busy(conflict)
        }
    }

    /// Credentials and the bucket are the server's affair: nothing that its client sends would help.
    static func problem(_ error: TransferError) -> Problem {
        if error.code == .remoteNameTaken { return .nameTaken }
        var problem: Problem
        switch (error.code, error.disposition) {
        case (.remoteFull, _): problem = Problem(.noRoom, "the object store has no room left")
        case (_, .retry), (_, .reconcile): return busy(error)
        default: problem = Problem(.storeFailed, "the object store refuses to do it: the server's log says why")
        }
        problem.cause = error
        return problem
    }

    private static func busy(_ cause: any Error) -> Problem {
        var problem = Problem(
            .busy, "the object store does not do it at the moment", headers: [.retryAfter: "2"])
        problem.cause = cause
        return problem
    }
}
