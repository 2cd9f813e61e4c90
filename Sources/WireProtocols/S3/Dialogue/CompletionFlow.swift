import TransferCore

/// Has a store put the parts of an upload together, after comparing what it lists with the receipts.
struct CompletionFlow: S3UploadFlow {
    private enum Step: Sendable {
        case listing
        /// Whether the key is free, where the store cannot be told to look by itself.
        case guarding
        case completing
        /// What is there: it may be ours, if an earlier answer was lost. Otherwise this is what is wrong.
        case comparing(TransferError)
    }

    private let upload: MultipartUpload
    private let receipts: [Int: Receipt]
    private let object: FinishedObject?
    private var isConditional: Bool
    private var step = Step.listing
    private var listing = PartsListing()
    /// What the store lists for each chunk, in order.
    private var parts: [S3Part] = []

    /// - Parameter receipts: Of all chunks.
    init(_ upload: MultipartUpload, _ receipts: [Int: Receipt], overwrites: Bool) {
        self.upload = upload
        self.receipts = receipts
        object = FinishedObject(plan: upload.plan, receipts: receipts)
        isConditional = !overwrites
    }

    func request(usesChecksums: Bool) -> S3Request {
        switch step {
        case .listing: .listParts(upload.location, uploadID: upload.id, after: listing.marker)
        case .guarding, .comparing: .head(upload.location, wantsChecksum: true)
        case .completing:
            .complete(
                upload.location, uploadID: upload.id,
                body: S3Answers.completionBody(parts: parts, algorithm: algorithm(usesChecksums)),
                size: upload.plan.size, isConditional: isConditional)
        }
    }

    mutating func answered(
        _ answer: S3UploadAnswer, _ memory: RemoteMemory
    ) throws(TransferError) -> S3UploadVerdict {
        switch step {
        case .listing: return try listed(answer)
        case .completing: return try completed(answer)
        case .guarding where answer.head.status == 404:
            step = .completing
            return .goOn
        case .guarding where answer.forbidsLooking: return .refused
        case .guarding: return try found(answer, otherwise: S3Refusal.nameTaken)
        case .comparing(let error): return try found(answer, otherwise: error)
        }
    }

    private mutating func listed(_ answer: S3UploadAnswer) throws(TransferError) -> S3UploadVerdict {
        if answer.saysNoSuchUpload {
            step = .comparing(PartsStatusFlow.lost)
            return .goOn
        }
        guard answer.isSuccess else { return .refused }
        guard try listing.take(try S3Answers.parts(answer.body)) else { return .goOn }
        parts = try provenParts()
        step = .completing
        return .goOn
    }

    private func provenParts() throws(TransferError) -> [S3Part] {
        let plan = upload.plan
        let parts = (0..<plan.count).compactMap { chunk in
            receipts[chunk].flatMap { receipt in
                listing.part(of: chunk, provenBy: receipt, length: plan.range(of: chunk).length)
                    .map { $0.with(sha256: receipt.sha256) }
            }
        }
        guard parts.count == plan.count else {
            let missing = plan.count - parts.count
            throw TransferError(.incomplete, "the store lacks \(missing) of \(plan.count) parts that it had taken")
        }
        return parts
    }

    /// Whose values the store is shown: with checksums ours, otherwise those that it lists itself, which another
    /// program has declared.
    private func algorithm(_ usesChecksums: Bool) -> ObjectChecksum.Algorithm? {
        if usesChecksums { return .sha256 }
        guard let declared = listing.algorithm, listing.checksumType != .fullObject,
            parts.allSatisfy({ $0.checksums[declared] != nil })
        else { return nil }
        return declared
    }

    private mutating func completed(_ answer: S3UploadAnswer) throws(TransferError) -> S3UploadVerdict {
        if answer.isSuccess {
            guard answer.head.status == 200, case .completed(_, let checksums) = try S3Answers.completion(answer.body)
            else { return .refused }
            if let object, checksums.contains(where: object.contradicts) {
                throw TransferError(.uploadMismatch, "the store has put together something other than was sent")
            }
            return .done(.completed(sha256: nil))
        }
        if answer.saysNoSuchUpload {
            step = .comparing(PartsStatusFlow.lost)
        } else if isConditional, answer.head.status == 412 {
            // Also what some stores say to a completion that is repeated after its answer was lost.
            step = .comparing(S3Refusal.nameTaken)
        } else if isConditional, answer.refusesCondition {
            isConditional = false
            step = .guarding
        } else {
            return .refused
        }
        return .goOn
    }

    /// There is an object, or there is none.
    private func found(
        _ answer: S3UploadAnswer, otherwise error: TransferError
    ) throws(TransferError) -> S3UploadVerdict {
        guard answer.isSuccess || answer.head.status == 404 || answer.forbidsLooking else { return .refused }
        guard answer.isSuccess, object?.isDescribed(by: answer.head) == true else { throw error }
        return .done(.completed(sha256: nil))
    }
}
