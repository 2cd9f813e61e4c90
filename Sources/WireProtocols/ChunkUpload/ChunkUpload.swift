import TransferCore

/// Uploads to a chunk server: the requests that are made of it, and what its answers mean.
public enum ChunkUpload {
    /// What tells the server how to read the body and which request it is.
    private static let reserved: Set<String> = [
        "content-digest", "content-encoding", "content-type", "idempotency-key", "x-chunk-checksum",
    ]

    /// The longest answer that is read, in bytes: room for the ranges of a million chunks where they are told, more
    /// than enough for a few sentences elsewhere.
    public static func longestAnswer(to task: UploadOrder.Task) -> Int {
        switch task {
        case .register, .status: 16 << 20
        case .chunk, .complete, .abort: 1 << 20
        }
    }

    /// The request that an order stands for, and its body unless that is the chunk itself.
    ///
    /// User and password of the destination, and the user's fields, go to the destination's origin only.
    ///
    /// - Parameters:
    ///   - digest: The SHA-256 of the chunk in lowercase hex; without meaning for other orders.
    ///   - version: The version in `User-Agent`.
    /// - Throws: ``TransferError/Code/malformed`` if the destination is not an ``UploadAddress``.
    public static func request(
        _ order: UploadOrder, digest: String? = nil, version: String
    ) throws(TransferError) -> (request: HTTPRequest, body: [UInt8]?) {
        let target = try UploadTarget(order)
        var fixed = [HeaderField("Accept-Encoding", "identity")]
        var body: [UInt8]?
        switch order.task {
        case .register(let registration):
            fixed.append(HeaderField("Idempotency-Key", registration.key))
            body = JSONBody.encode(RegistrationBody(registration, name: target.name))
        case .complete(let sha256, _): body = JSONBody.encode(CompletionBody(sha256: sha256))
        case .chunk:
            precondition(digest != nil, "a chunk is never sent without its digest")
            fixed.append(HeaderField("Content-Type", "application/octet-stream"))
            fixed += digest.map(digestFields) ?? []
        case .status, .abort: break
        }
        if body != nil { fixed.append(HeaderField("Content-Type", "application/json")) }
        let fields = RequestFields.merge(
            fixed: fixed,
            standard: [
                HeaderField("Accept", "application/json, application/problem+json"),
                HeaderField("User-Agent", "carryon/\(version)"),
            ],
            custom: order.options.headers, reserved: reserved, sendsCustom: target.isAtDestination)
        let url = AddressEncoding.encode(target.url)
        return (HTTPRequest(method: order.task.method, url: url, headers: fields), body)
    }

    /// What the answer to an order means.
    ///
    /// - Parameters:
    ///   - body: All of it, or more than ``longestAnswer(to:)`` of it: what follows is never read.
    ///   - digest: The SHA-256 of the chunk in lowercase hex, as it was sent; without meaning for other orders.
    ///   - now: The time at which the answer came.
    public static func judge(
        _ order: UploadOrder, head: ResponseHead, body: [UInt8], digest: String? = nil, now: WallTime
    ) -> UploadReport.Outcome {
        let judge = UploadJudge(order: order, head: head, body: body, digest: digest, now: now)
        do throws(TransferError) {
            return try judge.outcome()
        } catch {
            return .failed(error, retryAfter: judge.retryAfter(error))
        }
    }

    /// The digest as the contract has it, and as RFC 9530 §2 does.
    private static func digestFields(_ digest: String) -> [HeaderField] {
        [
            HeaderField("X-Chunk-Checksum", digest),
            HeaderField("Content-Digest", "sha-256=:\(Base64.encode(hex: digest)):"),
        ]
    }
}

/// The body of a registration. Optional members that are `nil` do not appear.
private struct RegistrationBody: Encodable {
    var name: String
    var size: Int64
    var chunkSize: Int64
    var sha256: String?

    init(_ registration: UploadRegistration, name: String) {
        self.name = name
        size = registration.size
        chunkSize = registration.chunkSize
        sha256 = registration.sha256
    }
}

private struct CompletionBody: Encodable {
    var sha256: String?
}

extension UploadOrder.Task {
    fileprivate var method: String {
        switch self {
        case .register, .complete: "POST"
        case .status: "GET"
        case .chunk: "PUT"
        case .abort: "DELETE"
        }
    }
}
