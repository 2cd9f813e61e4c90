import TransferCore

/// Asks what a store has of an upload in parts. Only what proves to be ours counts: by the receipt that is held of it,
/// or by the digest of a chunk that was sent without an answer.
struct PartsStatusFlow: S3UploadFlow {
    private enum Step: Sendable {
        case listing
        /// The upload is gone. Perhaps it was completed, and the answer was lost.
        case comparing(FinishedObject)
    }

    private let upload: MultipartUpload
    private let receipts: [Int: Receipt]
    private var step = Step.listing
    private var listing = PartsListing()

    /// - Parameter receipts: Those that are held, by chunk.
    init(_ upload: MultipartUpload, _ receipts: [Int: Receipt]) {
        self.upload = upload
        self.receipts = receipts
    }

    func request(usesChecksums: Bool) -> S3Request {
        switch step {
        case .listing: .listParts(upload.location, uploadID: upload.id, after: listing.marker)
        case .comparing: .head(upload.location, wantsChecksum: true)
        }
    }

    mutating func answered(
        _ answer: S3UploadAnswer, _ memory: RemoteMemory
    ) throws(TransferError) -> S3UploadVerdict {
        switch step {
        case .listing:
            if answer.saysNoSuchUpload {
                guard let object = FinishedObject(plan: upload.plan, receipts: receipts) else { throw Self.lost }
                step = .comparing(object)
                return .goOn
            }
            guard answer.isSuccess else { return .refused }
            guard try listing.take(try S3Answers.parts(answer.body)) else { return .goOn }
            return .done(.status(status(memory.digests)))
        case .comparing(let object):
            guard answer.isSuccess || answer.head.status == 404 else { return .refused }
            guard answer.isSuccess, object.isDescribed(by: answer.head) else { throw Self.lost }
            return .done(.status(finished))
        }
    }

    static let lost = TransferError(.uploadLost, "the store does not know this upload any more")

    private var finished: UploadStatus {
        UploadStatus(
            size: upload.plan.size, chunkSize: upload.plan.chunkSize, received: [0...(upload.plan.count - 1)],
            state: .complete, receipts: receipts)
    }

    /// - Parameter digests: SHA-256 of chunks that were read in this run.
    private func status(_ digests: [Int: String]) -> UploadStatus {
        let plan = upload.plan
        var status = UploadStatus(size: plan.size, chunkSize: plan.chunkSize, received: [], state: .inProgress)
        for chunk in 0..<plan.count {
            let length = plan.range(of: chunk).length
            if let receipt = received(chunk, length, digests[chunk]) {
                status.receipts[chunk] = receipt
                status.addReceived(chunk)
            } else {
                status.offers[chunk] = offer(chunk, length)
            }
        }
        return status
    }

    private func received(_ chunk: Int, _ length: Int64, _ digest: String?) -> Receipt? {
        if let held = receipts[chunk], let part = listing.part(of: chunk, provenBy: held, length: length) {
            return Receipt(
                sha256: held.sha256 ?? part.checksums[.sha256], entityTag: part.entityTag, storedAt: held.storedAt)
        }
        let candidates = listing.candidates(for: chunk, length: length)
        guard let digest, let part = candidates.last(where: { $0.checksums[.sha256] == digest }) else { return nil }
        return Receipt(sha256: digest, entityTag: part.entityTag)
    }

    /// What may turn out to be the chunk once that is read.
    private func offer(_ chunk: Int, _ length: Int64) -> Receipt? {
        listing.candidates(for: chunk, length: length)
            .last { $0.checksums[.sha256] != nil || S3EntityTag.md5($0.entityTag) != nil }
            .map(\.offer)
    }
}

extension UploadStatus {
    /// Adds a chunk behind all that were received before it.
    fileprivate mutating func addReceived(_ chunk: Int) {
        if let last = received.last, last.upperBound == chunk - 1 {
            received[received.count - 1] = last.lowerBound...chunk
        } else {
            received.append(chunk...chunk)
        }
    }
}
