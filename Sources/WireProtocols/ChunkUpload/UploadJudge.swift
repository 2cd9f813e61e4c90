import TransferCore

/// Judges one answer of a chunk server. Nothing counts as done but what the contract calls so.
struct UploadJudge {
    let order: UploadOrder
    let head: ResponseHead
    let body: [UInt8]
    let digest: String?
    let now: WallTime

    func outcome() throws(TransferError) -> UploadReport.Outcome {
        switch (order.task, head.status) {
        case (.register(let registration), 200), (.register(let registration), 201):
            return try registered(registration)
        case (.status, 200): return .status(try answer(StatusAnswer.self).uploadStatus(answering: head.status))
        case (.chunk(let index, _, _), 200), (.chunk(let index, _, _), 201):
            return .stored(receipt: try receipt(index))
        case (.complete(let sha256, _), 200): return try completed(sha256)
        case (.complete, 202): return assembling
        // Of an upload that is not there any more nothing is left to forget.
        case (.abort, 200), (.abort, 204), (.abort, 404), (.abort, 410): return .aborted
        default: throw UploadRefusal(order: order, head: head, problem: UploadProblem(body)).error
        }
    }

    /// Only an answer after which the same request is made again says when (RFC 9110 §10.2.3).
    func retryAfter(_ error: TransferError) -> Duration? {
        head.status >= 400 && error.disposition == .retry ? wait : nil
    }

    private var wait: Duration? {
        head["Retry-After"].flatMap { RetryAfter.parse($0, now: now, dateField: head["Date"]) }
    }

    private var assembling: UploadReport.Outcome { .assembling(retryAfter: wait) }

    private func registered(_ registration: UploadRegistration) throws(TransferError) -> UploadReport.Outcome {
        let status = try answer(StatusAnswer.self).uploadStatus(answering: head.status)
        guard status.size == registration.size else {
            throw bad("the size \(status.size) for a file of \(registration.size) bytes")
        }
        let locations = Set(head.values(of: "Location").map { FieldSyntax.trimmed($0) })
        guard let location = locations.first, locations.count == 1 else {
            throw bad(locations.isEmpty ? "no address of the upload" : "more than one address of the upload")
        }
        let url = try UploadTarget(order).url
        // The chunks of a file, and perhaps a password, go where the user sent them and nowhere else.
        guard let address = Redirects.resolve(location, against: url), Origin(address) == Origin(url) else {
            throw bad("an address of the upload that is not at the same server")
        }
        return .registered(address: address, status)
    }

    /// The server names the chunk and, by body or `ETag`, the bytes that it has stored.
    private func receipt(_ index: Int) throws(TransferError) -> Receipt {
        let answer = try answer(ChunkAnswer.self)
        guard answer.index == index else { throw bad("another chunk than the one that was sent") }
        let checksums = [answer.checksum.map { FieldSyntax.lowercased($0) }, taggedDigest].compactMap { $0 }
        guard let digest, !checksums.isEmpty, checksums.allSatisfy({ $0 == digest }) else {
            throw bad("something other than the checksum of the chunk that was sent")
        }
        return Receipt(sha256: digest, entityTag: head["ETag"].map { FieldSyntax.trimmed($0) })
    }

    /// The digest in `ETag`, which may also be something else.
    private var taggedDigest: String? {
        guard let tag = head["ETag"].flatMap(EntityTag.parse) else { return nil }
        return HexDigest.normalized(String(tag.opaque.dropFirst().dropLast()))
    }

    private func completed(_ sha256: String?) throws(TransferError) -> UploadReport.Outcome {
        let answer = try answer(CompletionAnswer.self)
        if answer.status == "assembling" { return assembling }
        guard answer.status == "complete" else { throw bad("a status that does not belong there") }
        if let size = answer.size, size != order.source.size {
            throw mismatch("has \(size) bytes and not \(order.source.size)")
        }
        guard let told = answer.sha256 else {
            guard sha256 == nil else { throw bad("no SHA-256, although the file was to be compared with one") }
            return .completed(sha256: nil)
        }
        guard let found = HexDigest.normalized(told) else { throw bad("a SHA-256 that is none") }
        if let sha256, HexDigest.normalized(sha256) != found { throw mismatch("has another SHA-256 than expected") }
        return .completed(sha256: found)
    }

    private func answer<Answer: Decodable>(_ type: Answer.Type) throws(TransferError) -> Answer {
        guard body.count <= ChunkUpload.longestAnswer(to: order.task) else { throw bad("a body that is far too long") }
        guard let answer = JSONBody.decode(type, body) else { throw bad("a body that is not a chunk server's") }
        return answer
    }

    private func bad(_ problem: String) -> TransferError {
        BadAnswer.error(head.status, problem)
    }

    private func mismatch(_ difference: String) -> TransferError {
        TransferError(.uploadMismatch, "the finished file at the server \(difference)")
    }
}
