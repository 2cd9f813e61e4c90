import TransferCore

/// An order to a chunk server: one request and its answer.
struct ChunkUploadDialogue: UploadDialogue {
    private let order: UploadOrder
    private let digest: String?
    private let version: String

    init(order: UploadOrder, digests: ChunkDigests?, version: String) {
        self.order = order
        digest = digests?.sha256
        self.version = version
    }

    mutating func next(_ memory: inout RemoteMemory, now: WallTime) -> DialogueStep {
        do throws(TransferError) {
            let (request, bytes) = try ChunkUpload.request(order, digest: digest, version: version)
            let isChunk = if case .chunk = order.task { true } else { false }
            return .send(
                DialogueRequest(
                    request, body: bytes.map { .bytes($0) } ?? (isChunk ? .chunk : .none),
                    longestAnswer: ChunkUpload.longestAnswer(to: order.task)))
        } catch {
            return .done(.failed(error, retryAfter: nil))
        }
    }

    mutating func answered(
        _ head: ResponseHead, _ body: [UInt8], _ memory: inout RemoteMemory, now: WallTime
    ) -> DialogueStep {
        .done(ChunkUpload.judge(order, head: head, body: body, digest: digest, now: now))
    }
}
