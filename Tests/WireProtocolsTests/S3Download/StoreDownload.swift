@testable import TransferCore
import WireProtocols

/// A conversation about an object, with answers that the test makes up.
struct StoreDownload {
    /// 1994-11-06T08:49:37Z
    static let now = WallTime(milliseconds: 784_111_777_000)
    static let source = "s3://photos/2026/a b?c.bin"
    static let tag = "\"0123-3\""
    static let size: Int64 = 2500
    /// Of the three bytes `abc`, in base64 and in hex.
    static let sha256 = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    static let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    var memory = RemoteMemory()
    private var dialogue: S3DownloadDialogue

    init(
        source: String = source, range: ByteRange = ByteRange(0, 1000), known: Bool = false,
        precondition: Precondition? = nil, headers: [HeaderField] = [], endpoint: String = "https://store.example"
    ) throws {
        var options = TransferOptions()
        options.headers = headers
        let validator = Validator(entityTag: EntityTag(opaque: Self.tag, isWeak: false))
        dialogue = S3DownloadDialogue(
            order: RequestOrder(
                id: RequestID(1), transfer: TransferID(1), purpose: .fetch, address: source,
                expectation: RangeExpectation(
                    range: range, acceptsAnyVersion: !known, total: known ? Self.size : nil,
                    validator: known ? validator : nil),
                precondition: precondition, options: options, needsFreshConnection: false, source: source),
            version: "1")
        memory.access = try Self.access(endpoint: endpoint)
    }

    static func access(_ key: String = "AKIAEXAMPLE", endpoint: String = "https://store.example") throws -> S3Access {
        S3Access(
            credentials: S3Credentials(accessKey: key, secretKey: "secret"),
            endpoint: try S3Endpoint(url: endpoint, region: "here-1"))
    }

    mutating func next() -> S3DownloadDialogue.Step { dialogue.next(&memory, now: Self.now) }

    mutating func answer(
        _ status: Int, _ fields: [(String, String)] = [], _ body: String = ""
    ) -> S3DownloadDialogue.Step {
        dialogue.answered(Self.head(status, fields), Array(body.utf8), &memory, now: Self.now)
    }

    func judge(_ status: Int, _ fields: [(String, String)] = []) -> HeadVerdict {
        dialogue.judge(Self.head(status, fields), now: Self.now)
    }

    mutating func refuse(
        _ status: Int, _ fields: [(String, String)] = [], code: String? = nil, more: String = ""
    ) -> S3DownloadDialogue.Step {
        let body = code.map { "<Error><Code>\($0)</Code><Message>Because.</Message>\(more)</Error>" } ?? ""
        return dialogue.refused(Self.head(status, fields), Array(body.utf8), &memory, now: Self.now)
    }

    /// Goes on to the ranged request, with these answers to the questions before.
    mutating func facts(_ answers: [(Int, [(String, String)])]) -> RemoteFacts? {
        var step = next()
        for (status, fields) in answers { step = answer(status, fields) }
        guard case .fetch = step else { return nil }
        let range = [("Content-Range", "bytes 0-999/\(Self.size)"), ("ETag", Self.tag)]
        guard case .partial(_, let facts) = judge(206, range) else { return nil }
        return facts
    }

    private static func head(_ status: Int, _ fields: [(String, String)]) -> ResponseHead {
        ResponseHead(status: status, fields: fields.map { HeaderField($0.0, $0.1) })
    }

    /// What the store says of the object, with fields added or replaced.
    static func object(_ changes: [String: String] = [:], tag: String = tag) -> (Int, [(String, String)]) {
        var fields = ["Content-Length": String(size), "ETag": tag]
        fields.merge(changes) { $1 }
        return (200, fields.map { ($0.key, $0.value) })
    }

    /// What the store says of one part.
    static func part(
        _ first: Int64, _ last: Int64, count: String? = "3", tag: String = tag, total: Int64 = size
    ) -> (Int, [(String, String)]) {
        let fields = [("Content-Range", "bytes \(first)-\(last)/\(total)"), ("ETag", tag)]
        return (206, fields + (count.map { [("x-amz-mp-parts-count", $0)] } ?? []))
    }
}

extension S3DownloadDialogue.Step {
    var request: HTTPRequest? {
        switch self {
        case .ask(let request), .fetch(let request): request
        case .needsAccess, .done: nil
        }
    }

    var isQuestion: Bool {
        if case .ask = self { return true }
        return false
    }

    var error: TransferError? {
        if case .done(.rejected(let error, _, _)) = self { return error }
        return nil
    }
}

extension HTTPRequest {
    subscript(name: String) -> String? { ResponseHead(status: 0, fields: headers)[name] }
}
