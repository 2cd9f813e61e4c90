import TransferCore
import WireProtocols

/// One request of an upload on its way: its body, if it has one, and the answer as it arrives.
final class UploadRequest: ResponseReceiver {
    let order: UploadOrder
    /// Of a chunk: its bytes, once they are read.
    private(set) var body: ChunkBody?
    /// Of a chunk: SHA-256 in lowercase hex.
    private(set) var digest: String?
    private let clock: any Clock
    private var head: ResponseHead?
    private var answer: [UInt8] = []

    init(order: UploadOrder, clock: any Clock) {
        self.order = order
        self.clock = clock
    }

    /// The chunk is in memory and can be sent.
    func prepared(_ chunk: PreparedChunk) {
        body = ChunkBody(chunk.window)
        digest = chunk.digest
    }

    /// Bytes of the chunk that were handed over.
    var bytesSent: Int64 { body?.position ?? 0 }

    func receive(head: ResponseHead) -> HeadDecision {
        self.head = head
        answer = []
        return .proceed
    }

    func receive(body: UnsafeRawBufferPointer) -> BodyDecision {
        guard answer.count + body.count <= ChunkUpload.longestAnswer(to: order.task) else { return .stop }
        answer.append(contentsOf: body)
        return .proceed
    }

    /// What came of it. Only a whole answer counts.
    func report(_ end: TransportEnd) -> UploadReport {
        defer { body?.release() }
        var outcome: UploadReport.Outcome
        switch (head, end.outcome) {
        case (_, .stopped):
            let failure = body?.failure ?? TransferError(.badResponse, "the server's answer is far too long")
            outcome = .failed(failure, retryAfter: nil)
        case (let head?, .completed):
            outcome = ChunkUpload.judge(order, head: head, body: answer, digest: digest, now: clock.wallTime())
        case (nil, .completed):
            outcome = .failed(TransferError(.badResponse, "the server sent no answer"), retryAfter: nil)
        case (_, .failed(let error)): outcome = .failed(error, retryAfter: nil)
        }
        // An answer that broke off tells nothing about what the server did.
        let status = end.outcome == .completed ? head?.status : nil
        return UploadReport(
            outcome: outcome, bytesSent: bytesSent, timeToFirstByte: end.timeToFirstByte, status: status)
    }

    /// The request was given up.
    func cancelled() -> UploadReport {
        body?.release()
        return UploadReport(outcome: .cancelled, bytesSent: bytesSent)
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
