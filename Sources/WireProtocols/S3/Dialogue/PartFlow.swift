import TransferCore

/// Sends one chunk as a part of a multipart upload.
struct PartFlow: S3UploadFlow {
    let upload: MultipartUpload
    private let chunk: Int
    private let digest: String

    /// - Parameter digest: SHA-256 of the chunk in lowercase hex.
    init(_ upload: MultipartUpload, chunk: Int, digest: String) {
        self.upload = upload
        self.chunk = chunk
        self.digest = digest
    }

    func request(usesChecksums: Bool) -> S3Request {
        .part(upload.location, uploadID: upload.id, number: chunk + 1, digest: digest, usesChecksums: usesChecksums)
    }

    mutating func answered(
        _ answer: S3UploadAnswer, _ memory: RemoteMemory
    ) throws(TransferError) -> S3UploadVerdict {
        guard answer.isSuccess else { return .refused }
        return .done(.stored(receipt: try S3Receipt.read(answer.head, digest: digest)))
    }
}

/// What a store says of bytes that it has just taken.
enum S3Receipt {
    /// - Parameter digest: SHA-256 in lowercase hex, as it was sent.
    /// - Throws: ``TransferError/Code/badResponse`` without `ETag`, which has to be shown when the upload is completed;
    ///   ``TransferError/Code/digestMismatchOfChunk`` if the store has computed another SHA-256.
    static func read(_ head: ResponseHead, digest: String) throws(TransferError) -> Receipt {
        guard head.status == 200, let tag = head["ETag"].map({ FieldSyntax.trimmed($0) }), !tag.isEmpty else {
            throw TransferError(
                .badResponse,
                "the store answers \(HTTPStatus.description(head.status)) without saying what it has stored")
        }
        if let found = S3ObjectChecksum.all(in: head).sha256, found.value != digest {
            throw TransferError(.digestMismatchOfChunk, "it came to the store with other bytes than were sent")
        }
        return Receipt(sha256: digest, entityTag: tag)
    }
}
