import TransferCore
import WireProtocols

/// An object store that speaks S3 (Amazon S3 API Reference, "Actions").
struct S3ObjectStore: ObjectStore {
    let session: S3Session
    /// A list with more pages is none.
    private static let mostPages = 10_000

    init(_ settings: ObjectStoreSettings, clock: any Clock) {
        session = S3Session(settings, clock: clock)
    }

    func object(at location: S3Location) async throws -> StoredObject? {
        do {
            let answer = try await session.send { .head(location, wantsChecksum: $0) }
            guard let object = StoredObject(answer.head) else { throw Self.bad("without the size of an object") }
            return object
        } catch let error as TransferError where error.code == .notFound {
            return nil
        }
    }

    func createUpload(
        to location: S3Location, willTry: @escaping @Sendable (Bool) async throws -> Void
    ) async throws -> StoreUpload {
        var hasChecksums = true
        let answer = try await session.send { usesChecksums in
            hasChecksums = usesChecksums
            try await willTry(usesChecksums)
            return .create(location, usesChecksums: usesChecksums)
        }
        return StoreUpload(
            location: location, uploadID: try S3Answers.uploadID(answer.body), hasChecksums: hasChecksums)
    }

    func uploads(to location: S3Location) async throws -> [UnfinishedUpload] {
        var found: [UnfinishedUpload] = []
        var marker: S3UploadsPage.Marker?
        for _ in 0..<Self.mostPages {
            let answer = try await session.send { [marker] _ in .listUploads(location, after: marker) }
            let page = try S3Answers.uploads(answer.body)
            for upload in page.uploads where location.hasKey(upload.key) {
                found.append(
                    UnfinishedUpload(
                        uploadID: upload.uploadID, initiated: upload.initiated.map(session.timeHere(of:))))
            }
            guard let next = page.next else { return found }
            guard next != marker else { break }
            marker = next
        }
        throw Self.bad("with a list of uploads that has no end")
    }

    func parts(of upload: StoreUpload) async throws -> [S3Part] {
        var parts: [S3Part] = []
        var marker: Int?
        while true {
            let page = try await page(of: upload, after: marker)
            parts += page.parts
            guard let next = page.nextMarker else { return parts }
            guard next > marker ?? 0 else { throw Self.bad("with a list of parts that has no end") }
            marker = next
        }
    }

    func isKnown(_ upload: StoreUpload) async throws -> Bool {
        do {
            _ = try await page(of: upload, after: nil, limit: 1)
            return true
        } catch let error as TransferError where error.code == .uploadLost {
            return false
        }
    }

    private func page(of upload: StoreUpload, after marker: Int?, limit: Int? = nil) async throws -> S3PartsPage {
        let answer = try await session.send { _ in
            .listParts(upload.location, uploadID: upload.storeID, after: marker, limit: limit)
        }
        return try S3Answers.parts(answer.body)
    }

    func complete(_ upload: StoreUpload, _ parts: [S3Part], size: Int64) async throws {
        let body = S3Answers.completionBody(parts: parts, algorithm: upload.hasChecksums ? .sha256 : nil)
        try await unlessThere(upload.location) { isConditional in
            let answer = try await session.send { _ in
                .complete(
                    upload.location, uploadID: upload.storeID, body: body, size: size, isConditional: isConditional)
            }
            // The status says only that the store has begun.
            guard case .failed(let problem) = try S3Answers.completion(answer.body) else { return }
            throw session.refusal(.completeMultipartUpload, answer.head, problem).error
        }
    }

    func abort(_ upload: StoreUpload) async throws {
        do {
            _ = try await session.send { _ in .abort(upload.location, uploadID: upload.storeID) }
        } catch let error as TransferError where error.code == .uploadLost {
            return
        }
    }

    func putEmpty(at location: S3Location) async throws {
        try await unlessThere(location) { isConditional in
            // Of nothing there is no checksum that stores would keep.
            _ = try await session.send { _ in
                .object(
                    location, body: .none, digest: SigV4.emptyPayloadHash, isConditional: isConditional,
                    usesChecksums: false)
            }
        }
    }

    /// Does something that must not replace an object: the store itself sees to that, or if it cannot, a look before.
    private func unlessThere(
        _ location: S3Location, _ body: (_ isConditional: Bool) async throws -> Void
    ) async throws {
        do {
            try await body(true)
        } catch let error as TransferError where error.code == .unsupported {
            guard try await object(at: location) == nil else { throw S3Refusal.nameTaken }
            try await body(false)
        }
    }

    func presign(
        _ chunk: Int, of upload: StoreUpload, _ digest: ChunkDigest, length: Int64, validity: Duration
    ) async throws -> SignedRequest {
        var fields = [HeaderField("content-length", String(length))]
        if upload.hasChecksums { fields.append(ObjectChecksum.Algorithm.sha256.field(digest.description)) }
        let query = [("partNumber", String(StoreUpload.partNumber(of: chunk))), ("uploadId", upload.storeID)]
        return try await session.presign("PUT", headers: fields, validity: validity) {
            $0.url(bucket: upload.location.bucket, key: upload.location.key, query: query)
        }
    }

    func presign(_ method: String, _ location: S3Location, validity: Duration) async throws -> SignedRequest {
        try await session.presign(method, validity: validity) { $0.url(bucket: location.bucket, key: location.key) }
    }

    private static func bad(_ problem: String) -> TransferError {
        TransferError(.badResponse, "the store answers \(problem)")
    }
}

extension StoreUpload {
    /// A request without it would be about the object itself: an abortion would delete it.
    fileprivate var storeID: String {
        guard let uploadID, !uploadID.isEmpty else { preconditionFailure("the store was not told of this upload") }
        return uploadID
    }
}
