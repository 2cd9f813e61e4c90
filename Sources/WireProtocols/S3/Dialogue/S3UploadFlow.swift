import TransferCore

/// The steps of one order to an object store: which request comes next, and what its answer means. Everything that any
/// request may meet, such as credentials that have expired, is not its concern.
protocol S3UploadFlow: Sendable {
    /// The request of the present step. It is asked for again when it has to be made in another way.
    ///
    /// - Parameter usesChecksums: Whether the store gets SHA-256 to check what it is sent.
    func request(usesChecksums: Bool) -> S3Request

    /// - Throws: Why the order cannot be carried out.
    mutating func answered(
        _ answer: S3UploadAnswer, _ memory: RemoteMemory
    ) throws(TransferError) -> S3UploadVerdict
}

/// What an answer means for an order.
enum S3UploadVerdict: Sendable, Equatable {
    /// There is another step.
    case goOn
    case done(UploadReport.Outcome)
    /// The store has refused, for no reason that belongs to the order.
    case refused
}

/// An upload in parts, which are the chunks of the file.
struct MultipartUpload: Sendable {
    let location: S3Location
    let id: String
    let plan: ChunkPlan
}
