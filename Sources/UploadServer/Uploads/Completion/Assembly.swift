/// Work on one upload that goes on alone, and that several requests may wait for.
final class Assembly: Sendable {
    /// What the end of the work says. Whoever wants something else only waits for its turn.
    enum Purpose: Sendable {
        /// The upload becomes a finished file.
        case completion
        /// An object store is told of the upload.
        case opening
        /// The object store is asked what became of the upload.
        case settlement
    }

    let purpose: Purpose
    /// The digest that the whole file must have; `nil` if there is none to compare with.
    let expected: ChunkDigest?
    private let task: Task<Void, any Error>

    init(_ purpose: Purpose, expected: ChunkDigest? = nil, _ work: @escaping @Sendable () async throws -> Void) {
        self.purpose = purpose
        self.expected = expected
        task = Task(operation: work)
    }

    /// Waits for the end of the work, but no longer than `patience`.
    ///
    /// - Returns: Whether it has ended. Throws what it ended with.
    func wait(_ patience: Duration) async throws -> Bool {
        let result = await task.result(within: patience)
        try result?.get()
        return result != nil
    }

    /// Waits for work whose result says nothing to the caller.
    ///
    /// - Returns: Whether it has ended.
    func hasEnded(within patience: Duration) async -> Bool { await task.result(within: patience) != nil }

    /// Tells the work to stop.
    func cancel() { task.cancel() }

    /// Waits for the end of the work, whichever.
    func end() async { _ = await task.result }
}
