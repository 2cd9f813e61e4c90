import TransferCore

/// Why a chunk server did not do what an order asked for, from the status and the problem of its answer.
struct UploadRefusal {
    let order: UploadOrder
    let head: ResponseHead
    let problem: UploadProblem?

    var error: TransferError {
        switch head.status {
        case 300...399: redirect
        case 404, 410: missing
        case 405, 415, 501: TransferError(final(.unsupported), "\(answer): it is not a chunk server")
        case 409: conflict
        case 413: tooLarge
        case 422: unprocessable
        case 423: explained(.locked)
        // Of one owner's uploads; others of the same server may go on.
        case 429 where problem?.kind == "too-many-uploads": explained(.locked)
        case 507: explained(.remoteFull)
        case 401, 403, 407, 408, 425, 429, 500...599: explained(HTTPStatus.error(head.status).code)
        // 412 and 416 too: no request of an upload is conditional or has a range.
        case 400...499: explained(.refused)
        default: BadAnswer.error(head.status, "something that is no answer to \(order.task.description)")
        }
    }

    private var isRegistration: Bool {
        if case .register = order.task { true } else { false }
    }

    /// What says that the address is wrong says so of a registration only. Later the server has taken the upload before,
    /// and something between here and there is not itself at the moment.
    private func final(_ code: TransferError.Code) -> TransferError.Code {
        isRegistration ? code : .badResponse
    }

    private var answer: String {
        "\(head.status == 407 ? "the proxy" : "the server") answers \(HTTPStatus.description(head.status))"
    }

    /// The answer, and what the server says about it if that is more.
    private func explained(_ code: TransferError.Code, _ sentence: String? = nil) -> TransferError {
        let sentence = sentence ?? answer
        guard let detail = problem?.detail, !sentence.hasSuffix(detail) else { return TransferError(code, sentence) }
        return TransferError(code, "\(sentence): \(detail)")
    }

    /// Redirects are not followed: they lead to where the user did not send the file.
    private var redirect: TransferError {
        let locations = Set(head.values(of: "Location").map { FieldSyntax.trimmed($0) })
        guard let location = locations.first, locations.count == 1, let url = try? UploadTarget(order).url,
            let target = Redirects.resolve(location, against: url), Origin(target) != nil
        else { return TransferError(final(.redirectRefused), "\(answer) without saying where uploads go") }
        let shown = Redaction.address(Self.base(of: target))
        let short = shown.count > 200 ? shown.prefix(200) + "…" : shown[...]
        return TransferError(final(.redirectRefused), "the server sends uploads on to \(short): use that address")
    }

    /// What a user would type to reach the server that makes `uploads` of it.
    private static func base(of target: String) -> String {
        guard let parts = AddressParts(target) else { return target }
        let components = UploadName.components(of: parts.rest.prefix { $0 != "?" })
        guard let uploads = components.lastIndex(of: "uploads") else { return target }
        return "\(parts.scheme)://\(parts.host)" + components[..<uploads].joined(separator: "/") + "/"
    }

    private var missing: TransferError {
        guard isRegistration else {
            // Only its own word for it: what a proxy says in a bad minute must not cost what was sent.
            guard problem?.kind == "unknown-upload" || problem?.kind == "gone" else { return explained(.badResponse) }
            return explained(.uploadLost, "the server does not know this upload any more")
        }
        let base = UploadAddress(order.destination)?.base ?? ""
        return TransferError(
            .notFound, "there is no chunk server at \(Redaction.address(base)): \(HTTPStatus.description(head.status))")
    }

    private var conflict: TransferError {
        switch (problem?.kind, order.task) {
        case ("name-taken", _): TransferError(.remoteNameTaken, "the server has a file or folder of that name already")
        case ("incomplete", _): explained(.incomplete, "the server lacks chunks of the file")
        case ("idempotency-conflict", _): explained(.uploadLost, "the server knows this upload as another one")
        case ("chunk-conflict", .chunk(let index, _, _)):
            explained(.chunkConflict, "the server has another content of chunk \(index)")
        case (_, .chunk): explained(.badResponse)
        case (_, .complete) where problem?.namesMissingChunks == true:
            explained(.incomplete, "the server lacks chunks of the file")
        default: explained(.refused)
        }
    }

    /// A proxy has limits of its own, so the size is named that was too much.
    private var tooLarge: TransferError {
        switch order.task {
        case .chunk(_, let range, _): explained(.chunkTooLarge, "\(answer) to a chunk of \(range.length) bytes")
        case .register(let registration): explained(.tooLarge, "\(answer) to a file of \(registration.size) bytes")
        case .status, .complete, .abort: explained(.tooLarge)
        }
    }

    private var unprocessable: TransferError {
        switch order.task {
        case .chunk: TransferError(.digestMismatchOfChunk, "it came to the server with other bytes than were sent")
        case .complete: explained(.uploadMismatch, "the file at the server does not have the expected SHA-256")
        case .register, .status, .abort: explained(.refused)
        }
    }
}

extension UploadOrder.Task {
    /// What is asked for, as the end of a sentence.
    fileprivate var description: String {
        switch self {
        case .register: "a new upload"
        case .status: "a question about an upload"
        case .chunk(let index, _, _): "chunk \(index)"
        case .complete: "the end of an upload"
        case .abort: "the removal of an upload"
        }
    }
}
