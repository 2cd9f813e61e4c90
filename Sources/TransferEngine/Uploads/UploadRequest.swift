import TransferCore
import WireProtocols

/// One order of an upload on its way: its chunk, if it has one, the conversation, and the answer as it arrives.
final class UploadRequest: ResponseReceiver {
    let order: UploadOrder
    /// Of the credentials it is signed with.
    var renewal = AccessRenewal()
    /// Of a chunk: its bytes, as the running request sends them.
    private(set) var body: ChunkBody?
    private var chunk: PreparedChunk?
    private var dialogue: (any UploadDialogue)?
    private var longestAnswer = 0
    private var head: ResponseHead?
    private var answer: [UInt8] = []
    /// Of the last request that was answered to its end.
    private var status: Int?
    private var timeToFirstByte: Duration?

    init(order: UploadOrder) {
        self.order = order
    }

    /// The chunk is in memory and can be sent.
    func prepared(_ chunk: PreparedChunk) {
        self.chunk = chunk
    }

    /// Bytes of the chunk that were handed over.
    var bytesSent: Int64 { body?.position ?? 0 }

    // MARK: The conversation

    /// The first step, and the one after access was looked up.
    func next(_ memory: inout RemoteMemory, version: String, now: WallTime) -> DialogueStep {
        var dialogue = dialogue ?? UploadDialogues.begin(order, digests: chunk?.digests, version: version)
        defer { self.dialogue = dialogue }
        return dialogue.next(&memory, now: now)
    }

    /// A request of the conversation begins. Returns its body.
    func begin(_ request: DialogueRequest) -> (any RequestBody)? {
        longestAnswer = request.longestAnswer
        head = nil
        answer = []
        status = nil
        switch request.body {
        case .none: return nil
        case .bytes(let bytes): return BytesBody(bytes)
        case .chunk:
            body = chunk.map { ChunkBody($0.window) }
            return body
        }
    }

    /// A request of the conversation is over. Only a whole answer is one.
    func ended(_ end: TransportEnd, _ memory: inout RemoteMemory, now: WallTime) -> DialogueStep {
        timeToFirstByte = end.timeToFirstByte
        switch (head, end.outcome) {
        case (_, .stopped):
            let failure = body?.failure ?? TransferError(.badResponse, "the server's answer is far too long")
            return .done(.failed(failure, retryAfter: nil))
        case (_, .failed(let error)): return .done(.failed(error, retryAfter: nil))
        case (nil, .completed):
            return .done(.failed(TransferError(.badResponse, "the server sent no answer"), retryAfter: nil))
        case (let head?, .completed):
            status = head.status
            guard var dialogue else { preconditionFailure("answered without a conversation") }
            defer { self.dialogue = dialogue }
            return dialogue.answered(head, answer, &memory, now: now)
        }
    }

    /// What came of it, once it is over; the chunk's memory goes back.
    func conclude(_ outcome: UploadReport.Outcome) -> UploadReport {
        chunk?.window.release()
        var report = UploadReport(
            outcome: outcome, bytesSent: bytesSent, timeToFirstByte: timeToFirstByte, status: status)
        if case .failed = outcome { report.head = head.map(AnswerHead.init) }
        return report
    }

    // MARK: The answer

    func receive(head: ResponseHead) -> HeadDecision {
        self.head = head
        answer = []
        return .proceed
    }

    func receive(body: UnsafeRawBufferPointer) -> BodyDecision {
        guard answer.count + body.count <= longestAnswer else { return .stop }
        answer.append(contentsOf: body)
        return .proceed
    }
}

/// A small body that is all in memory.
final class BytesBody: RequestBody {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var length: Int64 { Int64(bytes.count) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> BodyRead {
        let start = Int(offset)
        let count = min(buffer.count, bytes.count - start)
        buffer.copyBytes(from: bytes[start..<(start + count)])
        return .bytes(count)
    }
}
