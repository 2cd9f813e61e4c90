@testable import TransferCore
@testable import WireProtocols

/// Shared by the suites on uploads to object stores: a file of 250 bytes in chunks of 100, for `s3://bucket/dir/k`.
enum Storing {
    static let destination = "s3://bucket/dir/k"
    static let location = place(destination)
    static let size: Int64 = 250
    /// 1994-11-06T08:49:37Z
    static let now = WallTime(milliseconds: 784_111_777_000)
    static let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    /// The SHA-256 of the chunks, and what a store calls them.
    static let digests = ["a0", "a1", "a2"].map { String(repeating: $0, count: 32) }
    static let base64 = ["oKCg", "oaGh", "oqKi"].enumerated().map { index, repeated in
        String(repeating: repeated, count: 10) + ["oKA=", "oaE=", "oqI="][index]
    }
    static let md5s = ["b0", "b1", "b2"].map { String(repeating: $0, count: 16) }
    static let tags = md5s.map { "\"\($0)\"" }
    static let receipts = Dictionary(uniqueKeysWithValues: (0..<3).map { ($0, receipt($0)) })
    /// Of the object that consists of these parts, as computed with Python's hashlib.
    static let composite = "gNA1xJg2HAsJpG/8mn69Jo25Brrr6Ue7yrlwm2zK8t0=-3"
    static let compositeTag = "\"327c0fe11eb4c9abba84ddcd3c2deaa9-3\""
    static let bytes = "[Content-Type: application/octet-stream]"

    static let multipart = S3UploadAddress(location, .multipart(uploadID: "U", usesChecksums: true)).text
    static let generic = S3UploadAddress(location, .multipart(uploadID: "U", usesChecksums: false)).text
    static let object = S3UploadAddress(location, .object).text

    static let memory: RemoteMemory = {
        var memory = RemoteMemory()
        memory.access = access("AKIA1")
        return memory
    }()

    static func access(_ key: String, endpoint: String = "http://store:9000") -> S3Access {
        guard let endpoint = try? S3Endpoint(url: endpoint, region: "eu-west-1") else { fatalError("no endpoint") }
        return S3Access(credentials: S3Credentials(accessKey: key, secretKey: "secret"), endpoint: endpoint)
    }

    static func place(_ text: String) -> S3Location {
        guard let location = try? S3Location(text) else { fatalError("no location") }
        return location
    }

    static func receipt(_ chunk: Int) -> Receipt {
        Receipt(sha256: digests[chunk], entityTag: tags[chunk])
    }

    static func registration(size: Int64 = size, isRepeated: Bool = false) -> UploadOrder.Task {
        .register(
            UploadRegistration(
                key: "k1", size: size, chunkSize: 100, sha256: nil, isRepeated: isRepeated, begunAt: now))
    }

    static func chunk(_ index: Int = 0, size: Int64 = size, offer: Receipt? = nil) -> UploadOrder.Task {
        .chunk(index, ChunkPlan(size: size, exactChunkSize: 100).range(of: index), offer: offer)
    }

    static func order(
        _ task: UploadOrder.Task, address: String = multipart, size: Int64 = size,
        _ change: (inout TransferOptions) -> Void = { _ in }
    ) -> UploadOrder {
        var options = TransferOptions()
        change(&options)
        let isRegistration = if case .register = task { true } else { false }
        return UploadOrder(
            id: RequestID(1), transfer: TransferID(1), task: task, address: isRegistration ? destination : address,
            plan: ChunkPlan(size: size, exactChunkSize: 100), mode: .direct, destination: destination,
            source: SourceIdentity(device: 1, inode: 2, size: size, modified: 3), options: options,
            needsFreshConnection: false)
    }

    static func converse(
        _ task: UploadOrder.Task, address: String = multipart, size: Int64 = size,
        digests: ChunkDigests = ChunkDigests(sha256: digests[0]), memory: RemoteMemory = memory,
        _ change: (inout TransferOptions) -> Void = { _ in }
    ) -> Conversation {
        let isChunk = if case .chunk = task { true } else { false }
        let order = order(task, address: address, size: size, change)
        return Conversation(
            S3UploadDialogue(order: order, digests: isChunk ? digests : nil, version: "1"), memory: memory)
    }

    // MARK: Answers

    /// A page of parts, from elements made by ``part(_:size:tag:sha256:)``.
    static func parts(_ parts: [String], next: Int? = nil, more: String = "") -> ScriptedAnswer {
        let marker = next.map { "<NextPartNumberMarker>\($0)</NextPartNumberMarker>" } ?? ""
        return ScriptedAnswer(
            200, [:],
            "<ListPartsResult>\(more)<IsTruncated>\(next != nil)</IsTruncated>\(marker)\(parts.joined())</ListPartsResult>"
        )
    }

    /// - Parameter sha256: In base64.
    static func part(_ number: Int, size: Int64 = 100, tag: String, sha256: String? = nil) -> String {
        let tag = tag.replacing("\"", with: "&quot;")
        let checksum = sha256.map { "<ChecksumSHA256>\($0)</ChecksumSHA256>" } ?? ""
        return "<Part><PartNumber>\(number)</PartNumber><Size>\(size)</Size><ETag>\(tag)</ETag>\(checksum)</Part>"
    }

    /// All parts of the file, as they ought to be.
    static let allParts = (0..<3).map { part($0 + 1, size: $0 == 2 ? 50 : 100, tag: tags[$0]) }

    static func uploads(_ ids: [(id: String, key: String, time: String)], more: String = "") -> ScriptedAnswer {
        let elements = ids.map {
            "<Upload><Key>\($0.key)</Key><UploadId>\($0.id)</UploadId><Initiated>\($0.time)</Initiated></Upload>"
        }
        return ScriptedAnswer(
            200, [:],
            "<ListMultipartUploadsResult>\(more.isEmpty ? "<IsTruncated>false</IsTruncated>" : more)"
                + "\(elements.joined())</ListMultipartUploadsResult>")
    }

    static func created(_ id: String = "U") -> ScriptedAnswer {
        ScriptedAnswer(
            200, [:],
            "<InitiateMultipartUploadResult><UploadId>\(id)</UploadId></InitiateMultipartUploadResult>")
    }

    static func completed(_ more: String = "") -> ScriptedAnswer {
        ScriptedAnswer(
            200, [:],
            "<CompleteMultipartUploadResult><ETag>&quot;x-3&quot;</ETag>\(more)</CompleteMultipartUploadResult>")
    }

    static let gone = ScriptedAnswer.problem(404, "NoSuchUpload")

    /// The head of an object that has the content of the file.
    static let whole = ScriptedAnswer(
        200, ["Content-Length": "250", "ETag": compositeTag, "x-amz-checksum-sha256": composite])

    // MARK: Questions

    static let list = "GET ?uploadId=U"
    static let look = "HEAD  [x-amz-checksum-mode: ENABLED]"
    static let complete =
        "POST ?uploadId=U [Content-Type: application/xml] [If-None-Match: *] [x-amz-mp-object-size: 250]"

    /// Fields that every request has.
    private static let usual: Set = [
        "accept-encoding", "authorization", "user-agent", "x-amz-date", "x-amz-content-sha256",
    ]

    /// Method, query and the fields that matter, for a request about the object; the whole path for others.
    static func line(_ request: DialogueRequest) -> String {
        var address = request.request.url
        for prefix in ["http://store:9000/bucket/dir/k", "http://store:9000"] where address.hasPrefix(prefix) {
            address = String(address.dropFirst(prefix.count))
        }
        let fields = request.request.headers
            .filter { !usual.contains(FieldSyntax.lowercased($0.name)) }.map { "[\($0.name): \($0.value)]" }.sorted()
        return ([request.request.method, address] + fields).joined(separator: " ")
    }
}

extension UploadReport.Outcome? {
    var failure: TransferError.Code? {
        if case .failed(let error, _)? = self { error.code } else { nil }
    }

    var words: String? {
        if case .failed(let error, _)? = self { error.detail.description } else { nil }
    }

    var wait: Duration? {
        if case .failed(_, let wait)? = self { wait } else { nil }
    }

    var found: UploadStatus? {
        switch self {
        case .registered(_, let status)?, .status(let status)?: status
        default: nil
        }
    }

    var address: String? {
        if case .registered(let address, _)? = self { address } else { nil }
    }

    var receipt: Receipt? {
        if case .stored(let receipt)? = self { receipt } else { nil }
    }
}
