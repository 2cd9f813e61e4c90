import TransferCore

/// Asks whether the only chunk of a file is in its place.
struct ObjectStatusFlow: S3UploadFlow {
    private let location: S3Location
    private let plan: ChunkPlan
    private let receipt: Receipt?

    /// - Parameter receipt: What is held of the chunk.
    init(_ location: S3Location, _ plan: ChunkPlan, _ receipt: Receipt?) {
        self.location = location
        self.plan = plan
        self.receipt = receipt
    }

    /// The store has nothing of ours.
    var nothing: UploadReport.Outcome { .status(status()) }

    func request(usesChecksums: Bool) -> S3Request {
        .head(location, wantsChecksum: true)
    }

    mutating func answered(
        _ answer: S3UploadAnswer, _ memory: RemoteMemory
    ) throws(TransferError) -> S3UploadVerdict {
        switch answer.head.status {
        case 200: .done(.status(judge(StoredObject(answer.head), digest: receipt?.sha256 ?? memory.digests[0])))
        case 404: .done(nothing)
        default: .refused
        }
    }

    /// - Parameter digest: SHA-256 of the chunk in lowercase hex, if it was read before.
    private func judge(_ there: StoredObject?, digest: String?) -> UploadStatus {
        guard let there, there.size == plan.size else { return status() }
        let tag = there.entityTag.map { FieldSyntax.trimmed($0) }
        let checksum = there.checksums.sha256.flatMap { $0.kind == .composite ? nil : $0.value }
        let object = FinishedObject(size: plan.size, digest: digest, entityTag: receipt?.entityTag)
        if object.isDescribed(by: there) {
            return status(received: Receipt(sha256: digest ?? checksum, entityTag: tag, storedAt: receipt?.storedAt))
        }
        // Something of the same length may be what we have sent before an answer was lost.
        guard let tag else { return status() }
        if let checksum { return status(offer: digest == nil ? Receipt(sha256: checksum, entityTag: tag) : nil) }
        return status(offer: S3EntityTag.md5(tag).map { _ in Receipt(entityTag: tag) })
    }

    private func status(received: Receipt? = nil, offer: Receipt? = nil) -> UploadStatus {
        UploadStatus(
            size: plan.size, chunkSize: plan.chunkSize, received: received == nil ? [] : [0...0], state: .inProgress,
            receipts: received.map { [0: $0] } ?? [:], offers: offer.map { [0: $0] } ?? [:])
    }
}
