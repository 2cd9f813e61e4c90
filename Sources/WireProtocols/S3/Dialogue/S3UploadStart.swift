import TransferCore

/// How an order begins.
enum S3UploadStart: Sendable {
    case flow(any S3UploadFlow, usesChecksums: Bool)
    /// There is nothing to ask.
    case settled(UploadReport.Outcome)

    var usesChecksums: Bool {
        if case .flow(_, let usesChecksums) = self { usesChecksums } else { true }
    }

    /// - Parameter digests: Of the chunk; `nil` for other orders.
    init(_ order: UploadOrder, _ digests: ChunkDigests?) {
        do throws(TransferError) {
            self = try Self.begin(order, digests)
        } catch {
            self = .settled(.failed(error, retryAfter: nil))
        }
    }

    private static func begin(
        _ order: UploadOrder, _ digests: ChunkDigests?
    ) throws(TransferError) -> S3UploadStart {
        if case .register(let registration) = order.task {
            let location = try S3Location(order.destination)
            guard !location.isPrefix else {
                throw TransferError(.malformed, "the destination names no object: s3://BUCKET/KEY")
            }
            let flow = RegistrationFlow(registration, location, overwrites: order.options.overwrite)
            if order.options.overwrite, let object = flow.object { return .settled(object) }
            return .flow(flow, usesChecksums: true)
        }
        guard let address = S3UploadAddress(text: order.address) else {
            throw TransferError(.malformed, "the bookmark of this upload names no upload to an object store")
        }
        switch address.kind {
        case .object: return try object(order, address.location, digests)
        case .multipart(let id, let usesChecksums):
            let upload = MultipartUpload(location: address.location, id: id, plan: order.plan)
            return multipart(order, upload, digests, usesChecksums)
        }
    }

    private static func object(
        _ order: UploadOrder, _ location: S3Location, _ digests: ChunkDigests?
    ) throws(TransferError) -> S3UploadStart {
        switch order.task {
        // A registration has no address yet and never comes here.
        case .register, .abort: return .settled(.aborted)
        case .status(let receipts):
            let flow = ObjectStatusFlow(location, order.plan, receipts[0])
            return order.plan.count == 0 ? .settled(flow.nothing) : .flow(flow, usesChecksums: true)
        case .chunk(_, _, let offer):
            let digests = Self.known(digests)
            try ObjectFlow.compare(digests.sha256, with: order.options.sha256)
            if let receipt = offer.flatMap(digests.receipt) {
                return .settled(.stored(receipt: receipt))
            }
            return .flow(ObjectFlow(order, location, digests), usesChecksums: true)
        case .complete(let sha256, let receipts):
            guard order.plan.count == 0 else { return .settled(.completed(sha256: receipts[0]?.sha256)) }
            try ObjectFlow.compare(SigV4.emptyPayloadHash, with: sha256)
            return .flow(ObjectFlow(emptyFileOf: order, location), usesChecksums: true)
        }
    }

    private static func multipart(
        _ order: UploadOrder, _ upload: MultipartUpload, _ digests: ChunkDigests?, _ usesChecksums: Bool
    ) -> S3UploadStart {
        switch order.task {
        case .register, .abort: return .flow(AbortFlow(upload), usesChecksums: usesChecksums)
        case .status(let receipts): return .flow(PartsStatusFlow(upload, receipts), usesChecksums: usesChecksums)
        case .chunk(let index, _, let offer):
            let digests = Self.known(digests)
            if let receipt = offer.flatMap(digests.receipt) {
                return .settled(.stored(receipt: receipt))
            }
            return .flow(PartFlow(upload, chunk: index, digest: digests.sha256), usesChecksums: usesChecksums)
        case .complete(_, let receipts):
            let flow = CompletionFlow(upload, receipts, overwrites: order.options.overwrite)
            return .flow(flow, usesChecksums: usesChecksums)
        }
    }

    private static func known(_ digests: ChunkDigests?) -> ChunkDigests {
        guard let digests else { preconditionFailure("a chunk is never sent without its digest") }
        return digests
    }
}
