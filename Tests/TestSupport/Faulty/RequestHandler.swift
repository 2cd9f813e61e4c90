import TransferCore

/// What answers the requests of a ``FaultyServer`` that serves no files. Called on many threads.
protocol RequestHandler: Sendable {
    /// The head of a request has arrived: how much of its body is taken.
    func intake(of request: RecordedRequest) -> BodyIntake

    /// What of its body is taken has arrived.
    func answer(to request: RecordedRequest) -> Answer
}
