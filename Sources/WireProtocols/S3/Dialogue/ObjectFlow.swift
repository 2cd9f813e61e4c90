import TransferCore

/// Puts a whole file in its place in one request: one of a single chunk, or an empty one.
struct ObjectFlow: S3UploadFlow {
    private enum Step: Sendable {
        case putting
        /// Whether the key is free, where the store cannot be told to look by itself.
        case guarding
        /// What is there: it may be ours, if an answer was lost.
        case comparing
    }

    private let location: S3Location
    private let body: DialogueRequest.Body
    private let digest: String
    private let object: FinishedObject
    private var isConditional: Bool
    private var step = Step.putting

    /// The only chunk of a file.
    init(_ order: UploadOrder, _ location: S3Location, _ digests: ChunkDigests) {
        self.init(order, location, body: .chunk, digests)
    }

    init(emptyFileOf order: UploadOrder, _ location: S3Location) {
        self.init(order, location, body: .none, ChunkDigests(sha256: SigV4.emptyPayloadHash))
    }

    private init(
        _ order: UploadOrder, _ location: S3Location, body: DialogueRequest.Body, _ digests: ChunkDigests
    ) {
        self.location = location
        self.body = body
        digest = digests.sha256
        object = FinishedObject(size: order.plan.size, digest: digests.sha256, entityTag: digests.md5)
        isConditional = !order.options.overwrite
    }

    /// - Parameter expected: The SHA-256 of the file that the user has named, if any.
    /// - Throws: ``TransferError/Code/uploadMismatch`` if the file has another one.
    static func compare(_ digest: String, with expected: String?) throws(TransferError) {
        guard let expected, FieldSyntax.lowercased(expected) != digest else { return }
        throw TransferError(.uploadMismatch, "the file does not have the expected SHA-256")
    }

    func request(usesChecksums: Bool) -> S3Request {
        switch step {
        case .putting:
            .object(location, body: body, digest: digest, isConditional: isConditional, usesChecksums: usesChecksums)
        case .guarding, .comparing: .head(location, wantsChecksum: true)
        }
    }

    mutating func answered(
        _ answer: S3UploadAnswer, _ memory: RemoteMemory
    ) throws(TransferError) -> S3UploadVerdict {
        switch (step, answer.head.status) {
        case (.putting, 200...299): return .done(stored(try S3Receipt.read(answer.head, digest: digest)))
        case (.putting, 412) where isConditional: step = .comparing
        case (.putting, _):
            guard isConditional, answer.refusesCondition else { return .refused }
            isConditional = false
            step = .guarding
        case (.guarding, 200), (.comparing, 200):
            guard object.isDescribed(by: answer.head), let tag = answer.head["ETag"] else { throw S3Refusal.nameTaken }
            return .done(stored(Receipt(sha256: digest, entityTag: FieldSyntax.trimmed(tag))))
        case (.guarding, 404): step = .putting
        case (.comparing, 403) where answer.forbidsLooking: throw S3Refusal.nameTaken
        // Whatever was there is gone again.
        case (.comparing, 404):
            throw TransferError(.serverBusy, "the object of that key was removed at the same time")
        default: return .refused
        }
        return .goOn
    }

    private func stored(_ receipt: Receipt) -> UploadReport.Outcome {
        body == .chunk ? .stored(receipt: receipt) : .completed(sha256: digest)
    }
}
