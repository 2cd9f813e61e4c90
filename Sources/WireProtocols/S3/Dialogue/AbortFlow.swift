import TransferCore

/// Has the store forget a multipart upload, and makes sure of it: parts that were on their way may land after the first
/// request (Amazon S3 API Reference, "AbortMultipartUpload").
struct AbortFlow: S3UploadFlow {
    private enum Step: Sendable { case aborting, listing }

    private let upload: MultipartUpload
    private var step = Step.aborting
    private var tries = 0

    private static let mostTries = 3

    init(_ upload: MultipartUpload) {
        self.upload = upload
    }

    func request(usesChecksums: Bool) -> S3Request {
        switch step {
        case .aborting: .abort(upload.location, uploadID: upload.id)
        case .listing: .listParts(upload.location, uploadID: upload.id, after: nil)
        }
    }

    mutating func answered(
        _ answer: S3UploadAnswer, _ memory: RemoteMemory
    ) throws(TransferError) -> S3UploadVerdict {
        switch step {
        case .aborting:
            // Whatever is not there: the list tells.
            guard answer.isSuccess || answer.head.status == 404 else { return .refused }
            tries += 1
            step = .listing
            return .goOn
        case .listing:
            // Only by the store's own word: anybody on the way may answer 404.
            let isGone = ["NoSuchUpload", "NoSuchKey", "NoSuchBucket"].contains(answer.problem?.code)
            if isGone || answer.forbidsLooking { return .done(.aborted) }
            guard answer.isSuccess else { return .refused }
            guard try !S3Answers.parts(answer.body).parts.isEmpty else { return .done(.aborted) }
            guard tries < Self.mostTries else {
                throw TransferError(
                    .serverError, "the store still has parts of the upload after \(tries) requests to abort it")
            }
            step = .aborting
            return .goOn
        }
    }
}
