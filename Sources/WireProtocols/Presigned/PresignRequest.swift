import TransferCore

/// The requests of a presigned upload to its server: for addresses of chunks, and for the record of one that the store
/// has.
struct PresignRequest {
    /// A chunk that an address is wanted for.
    struct Chunk: Encodable {
        var index: Int
        /// Lowercase hex.
        var sha256: String
        /// In bytes.
        var length: Int64
    }

    /// The most addresses that are asked for at once.
    static let mostChunks = 100

    private struct Addresses: Encodable { var chunks: [Chunk] }
    private struct Record: Encodable { var etag: String, sha256: String }

    private let order: UploadOrder
    private let version: String

    init(_ order: UploadOrder, version: String) {
        self.order = order
        self.version = version
    }

    /// - Throws: ``TransferError/Code/malformed`` if the destination is not an ``UploadAddress``.
    func addresses(for chunks: [Chunk]) throws(TransferError) -> DialogueRequest {
        var upload = order
        upload.task = .status(receipts: [:])
        let target = try UploadTarget(upload)
        return post(UploadTarget.append("/presign", to: target.url), target, Addresses(chunks: chunks))
    }

    /// - Throws: ``TransferError/Code/malformed`` if the destination is not an ``UploadAddress``.
    func record(entityTag: String, sha256: String) throws(TransferError) -> DialogueRequest {
        let target = try UploadTarget(order)
        return post(target.url, target, Record(etag: entityTag, sha256: sha256))
    }

    private func post(_ url: String, _ target: UploadTarget, _ body: some Encodable) -> DialogueRequest {
        let fields = RequestFields.merge(
            fixed: [HeaderField("Accept-Encoding", "identity"), HeaderField("Content-Type", "application/json")],
            standard: [
                HeaderField("Accept", "application/json, application/problem+json"),
                HeaderField("User-Agent", "carryon/\(version)"),
            ],
            custom: order.options.headers, reserved: ["content-encoding", "content-type"],
            sendsCustom: target.isAtDestination)
        let request = HTTPRequest(method: "POST", url: AddressEncoding.encode(url), headers: fields)
        return DialogueRequest(request, body: .bytes(JSONBody.encode(body)), longestAnswer: PresignAnswer.longest)
    }
}
