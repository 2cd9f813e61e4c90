@testable import TransferCore
import WireProtocols

/// Shared by the suites on uploads: a file of 1000 bytes in chunks of 100.
enum Uploading {
    static let destination = "https://h/files/dir/a%20b.txt"
    static let upload = "https://h/uploads/id"
    /// Of the three bytes `abc`.
    static let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    static let otherDigest = String(repeating: "0", count: 64)
    static let size: Int64 = 1000
    /// 1994-11-06T08:49:37Z
    static let now = WallTime(milliseconds: 784_111_777_000)

    static let registration = UploadOrder.Task.register(
        UploadRegistration(key: "k1", size: size, chunkSize: 100, sha256: nil, begunAt: now))
    static let chunk = UploadOrder.Task.chunk(3, ByteRange(300, 400), offer: nil)
    static func isRegistration(_ task: UploadOrder.Task) -> Bool { task == registration }

    static let tasks: [UploadOrder.Task] = [
        registration, .status(receipts: [:]), chunk, .complete(sha256: nil, receipts: [:]), .abort,
    ]

    static func order(
        _ task: UploadOrder.Task, destination: String = destination, address: String? = nil,
        headers: [HeaderField] = []
    ) -> UploadOrder {
        var options = TransferOptions()
        options.headers = headers
        var isRegistration = false
        if case .register = task { isRegistration = true }
        return UploadOrder(
            id: RequestID(1), transfer: TransferID(1), task: task,
            address: address ?? (isRegistration ? destination : upload),
            plan: ChunkPlan(size: size, exactChunkSize: 100), mode: .direct, destination: destination,
            source: SourceIdentity(device: 1, inode: 2, size: size, modified: 3), options: options,
            needsFreshConnection: false)
    }

    static func judge(
        _ task: UploadOrder.Task, _ status: Int, _ fields: [(String, String)] = [], _ body: String = "",
        destination: String = destination, digest: String? = digest
    ) -> UploadReport.Outcome {
        let head = ResponseHead(status: status, fields: fields.map { HeaderField($0.0, $0.1) })
        return ChunkUpload.judge(
            order(task, destination: destination), head: head, body: Array(body.utf8), digest: digest, now: now)
    }

    /// What a server tells of an upload, with members added or replaced.
    static func status(_ changes: [String: String?] = [:]) -> String {
        var members: [String: String] = [
            "size": "1000", "chunkSize": "100", "status": "\"in_progress\"", "receivedChunks": "[]",
        ]
        for (name, value) in changes { members[name] = value }
        return "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    static func problem(_ kind: String, _ detail: String = "because", more: String = "") -> String {
        "{\"type\":\"urn:carryon:problem:\(kind)\",\"detail\":\"\(detail)\"\(more)}"
    }
}

extension UploadReport.Outcome {
    var error: TransferError? {
        if case .failed(let error, _) = self { return error }
        return nil
    }

    var code: TransferError.Code? { error?.code }

    var sentence: String? { error?.detail.description }

    var retryAfter: Duration? {
        switch self {
        case .failed(_, let wait), .assembling(let wait): wait
        default: nil
        }
    }

    var status: UploadStatus? {
        switch self {
        case .registered(_, let status), .status(let status): status
        default: nil
        }
    }
}
