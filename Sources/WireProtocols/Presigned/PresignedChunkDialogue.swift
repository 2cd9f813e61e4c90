import TransferCore

/// One chunk of an upload whose server signs addresses of an object store: an address is asked for, the chunk is sent
/// to it, and the server is told what the store said.
///
/// Nothing of the user's fields and credentials goes to the store. A chunk that the store has taken is in the memory
/// until the server has recorded it, so that it is sent once, however often the record fails.
struct PresignedChunkDialogue: UploadDialogue {
    private enum Step: Sendable {
        case asking([PresignRequest.Chunk])
        case sending
        case recording(Receipt)
    }

    private let order: UploadOrder
    private let index: Int
    private let digest: String
    /// What the store has in the place of the chunk, if that has the chunk's content.
    private let stored: Receipt?
    private let requests: PresignRequest
    private var step: Step?
    /// Whether the store has refused an address, and another one was asked for.
    private var hasRenewed = false

    /// How long an address must be valid at least, so that a chunk sets out for it.
    private static let leastValidity = Duration.seconds(30)

    /// - Parameters:
    ///   - order: A ``UploadOrder/Task/chunk(_:_:offer:)``.
    ///   - digests: Of the chunk.
    ///   - version: The version in `User-Agent`.
    init(order: UploadOrder, digests: ChunkDigests?, version: String) {
        guard case .chunk(let index, _, let offer) = order.task, let digests else {
            preconditionFailure("only chunks are sent to signed addresses, and never without their digest")
        }
        self.order = order
        self.index = index
        digest = digests.sha256
        stored = offer.flatMap(digests.receipt)
        requests = PresignRequest(order, version: version)
    }

    mutating func next(_ memory: inout RemoteMemory, now: WallTime) -> DialogueStep {
        if step == nil, let stored { memory.unreported[index] = stored }
        if let receipt = memory.unreported[index], receipt.sha256 == digest { return record(receipt) }
        if let address = memory.signed[index], isUsable(address, for: digest, at: now) { return send(to: address) }
        return ask(memory, now: now)
    }

    mutating func answered(
        _ head: ResponseHead, _ body: [UInt8], _ memory: inout RemoteMemory, now: WallTime
    ) -> DialogueStep {
        do throws(TransferError) {
            switch step {
            case .asking(let chunks) where head.status == 200:
                guard let answer = JSONBody.decode(PresignAnswer.self, body) else {
                    throw BadAnswer.error(head.status, "a body that is not a chunk server's")
                }
                let signed = try answer.signed(chunks, order, head, now: now)
                memory.signed.merge(signed) { _, new in new }
                guard let address = signed[index], address.expiresAt > now else {
                    throw BadAnswer.error(head.status, "no address for the chunk, or one that has expired already")
                }
                return send(to: address)
            case .sending where (200...299).contains(head.status):
                let receipt = try S3Receipt.read(head, digest: digest)
                memory.signed[index] = nil
                memory.unreported[index] = receipt
                return record(receipt)
            case .sending: return refusedByStore(head, S3Problem(body), &memory, now: now)
            case .recording(let receipt) where head.status == 200:
                guard JSONBody.decode(ChunkAnswer.self, body)?.index == index else {
                    throw BadAnswer.error(head.status, "something that is no record of chunk \(index)")
                }
                memory.unreported[index] = nil
                return .done(.stored(receipt: receipt))
            default: return refusedByServer(head, body, &memory, now: now)
            }
        } catch {
            return .done(.failed(error, retryAfter: nil))
        }
    }

    // MARK: Steps

    private mutating func ask(_ memory: RemoteMemory, now: WallTime) -> DialogueStep {
        let chunks = wanted(memory, now: now)
        step = .asking(chunks)
        return request { () throws(TransferError) in try requests.addresses(for: chunks) }
    }

    private mutating func send(to address: SignedChunk) -> DialogueStep {
        step = .sending
        let request = HTTPRequest(method: address.method, url: address.url, headers: address.headers)
        return .send(DialogueRequest(request, body: .chunk))
    }

    private mutating func record(_ receipt: Receipt) -> DialogueStep {
        step = .recording(receipt)
        return request { () throws(TransferError) in
            try requests.record(entityTag: receipt.entityTag ?? "", sha256: digest)
        }
    }

    private func request(_ make: () throws(TransferError) -> DialogueRequest) -> DialogueStep {
        do throws(TransferError) {
            return .send(try make())
        } catch {
            return .done(.failed(error, retryAfter: nil))
        }
    }

    /// This chunk, and others that will be sent soon and have no address yet: one request for all of them.
    private func wanted(_ memory: RemoteMemory, now: WallTime) -> [PresignRequest.Chunk] {
        let others = memory.digests.filter { other, digest in
            guard other != index, (0..<order.plan.count).contains(other) else { return false }
            if memory.unreported[other]?.sha256 == digest { return false }
            return memory.signed[other].map { !isUsable($0, for: digest, at: now) } ?? true
        }
        let first = others.keys.sorted().prefix(PresignRequest.mostChunks - 1)
        return (first + [index]).sorted().map { chunk in
            PresignRequest.Chunk(
                index: chunk, sha256: others[chunk] ?? digest, length: order.plan.range(of: chunk).length)
        }
    }

    private func isUsable(_ address: SignedChunk, for digest: String, at now: WallTime) -> Bool {
        address.sha256 == digest && address.expiresAt >= now + Self.leastValidity
    }

    // MARK: Refusals

    private mutating func refusedByStore(
        _ head: ResponseHead, _ problem: S3Problem?, _ memory: inout RemoteMemory, now: WallTime
    ) -> DialogueStep {
        let refusal = StoreRefusal(head: head, problem: problem, now: now)
        if refusal.isOfAddress || refusal.isOfUpload { memory.signed[index] = nil }
        guard refusal.isOfAddress, !hasRenewed else {
            return .done(.failed(refusal.error, retryAfter: refusal.retryAfter))
        }
        hasRenewed = true
        return ask(memory, now: now)
    }

    private func refusedByServer(
        _ head: ResponseHead, _ body: [UInt8], _ memory: inout RemoteMemory, now: WallTime
    ) -> DialogueStep {
        let error = UploadRefusal(order: order, head: head, problem: UploadProblem(body)).error
        // What the server will never record has to be sent again before anything else.
        if case .recording = step, error.disposition != .retry || error.code == .digestMismatchOfChunk {
            memory.unreported[index] = nil
        }
        let judge = UploadJudge(order: order, head: head, body: body, digest: digest, now: now)
        return .done(.failed(error, retryAfter: judge.retryAfter(error)))
    }
}
