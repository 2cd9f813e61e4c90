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
        let answer: HTTPAnswer
        do {
            answer = try await session.send(.headObject) { context in
                let mode = context.usesChecksums ? [HeaderField("x-amz-checksum-mode", "ENABLED")] : []
                return context.request("HEAD", location, fields: mode)
            }
        } catch let error as TransferError where error.code == .notFound {
            return nil
        }
        guard let size = answer.head["Content-Length"].flatMap({ Int64($0) }), size >= 0 else {
            throw Self.bad("without the size of an object")
        }
        return StoredObject(
            size: size, entityTag: answer.head["ETag"], checksums: S3ObjectChecksum.all(in: answer.head))
    }

    func createUpload(to location: S3Location) async throws -> StoreUpload {
        var hasChecksums = true
        let answer = try await session.send(.createMultipartUpload) { context in
            hasChecksums = context.usesChecksums
            var fields = [HeaderField("Content-Type", "application/octet-stream")]
            if hasChecksums {
                fields += [
                    HeaderField("x-amz-checksum-algorithm", "SHA256"), HeaderField("x-amz-checksum-type", "COMPOSITE"),
                ]
            }
            return context.request("POST", location, [("uploads", "")], fields: fields)
        }
        return StoreUpload(
            location: location, uploadID: try S3Answers.uploadID(answer.body), hasChecksums: hasChecksums)
    }

    func uploads(to location: S3Location) async throws -> [UnfinishedUpload] {
        var found: [UnfinishedUpload] = []
        var marker: S3UploadsPage.Marker?
        for _ in 0..<Self.mostPages {
            let answer = try await session.send(.listMultipartUploads) { [marker] context in
                var query = [("uploads", ""), ("prefix", location.key), ("encoding-type", "url")]
                query += marker?.query.map { ($0.name, $0.value) } ?? []
                return context.request("GET", bucket: location.bucket, query)
            }
            let page = try S3Answers.uploads(answer.body)
            for upload in page.uploads where upload.key == location.key {
                found.append(UnfinishedUpload(uploadID: upload.uploadID, initiated: upload.initiated))
            }
            guard let next = page.next else { return found }
            guard next != marker else { break }
            marker = next
        }
        throw Self.bad("with a list of uploads that has no end")
    }

    func parts(of upload: StoreUpload) async throws -> [S3Part] {
        var parts: [S3Part] = []
        var marker = 0
        while true {
            let page = try await page(of: upload, after: marker)
            parts += page.parts
            guard let next = page.nextMarker else { return parts }
            guard next > marker else { throw Self.bad("with a list of parts that has no end") }
            marker = next
        }
    }

    func isKnown(_ upload: StoreUpload) async throws -> Bool {
        do {
            _ = try await page(of: upload, after: 0, limit: 1)
            return true
        } catch let error as TransferError where error.code == .uploadLost {
            return false
        }
    }

    private func page(of upload: StoreUpload, after marker: Int, limit: Int? = nil) async throws -> S3PartsPage {
        let answer = try await session.send(.listParts) {
            var query = upload.query
            if marker > 0 { query.append(("part-number-marker", String(marker))) }
            if let limit { query.append(("max-parts", String(limit))) }
            return $0.request("GET", upload.location, query)
        }
        return try S3Answers.parts(answer.body)
    }

    func complete(_ upload: StoreUpload, _ parts: [S3Part], size: Int64) async throws {
        try await unlessThere(upload.location) { guardField in
            let body = S3Answers.completionBody(parts: parts, algorithm: upload.hasChecksums ? .sha256 : nil)
            let fields = [
                HeaderField("Content-Type", "application/xml"), HeaderField("x-amz-mp-object-size", String(size)),
            ]
            let answer = try await session.send(.completeMultipartUpload, body: body) {
                $0.request("POST", upload.location, upload.query, fields: fields + guardField)
            }
            // The status says only that the store has begun.
            guard case .failed(let problem) = try S3Answers.completion(answer.body) else { return }
            throw session.refusal(.completeMultipartUpload, answer.head, problem).error
        }
    }

    func abort(_ upload: StoreUpload) async throws {
        do {
            _ = try await session.send(.abortMultipartUpload) { $0.request("DELETE", upload.location, upload.query) }
        } catch let error as TransferError where error.code == .uploadLost {
            return
        }
    }

    func putEmpty(at location: S3Location) async throws {
        try await unlessThere(location) { guardField in
            _ = try await session.send(.putObject) {
                $0.request(
                    "PUT", location, fields: [HeaderField("Content-Type", "application/octet-stream")] + guardField)
            }
        }
    }

    /// Does something that must not replace an object: the store itself sees to that, or if it cannot, a look before.
    private func unlessThere(_ location: S3Location, _ body: ([HeaderField]) async throws -> Void) async throws {
        do {
            try await body([HeaderField("If-None-Match", "*")])
        } catch let error as TransferError where error.code == .unsupported {
            guard try await object(at: location) == nil else {
                throw TransferError(.remoteNameTaken, "the bucket has an object of that key already")
            }
            try await body([])
        }
    }

    func presign(
        _ chunk: Int, of upload: StoreUpload, _ digest: ChunkDigest, length: Int64, validity: Duration
    ) async throws -> SignedRequest {
        var fields = [HeaderField("content-length", String(length))]
        if upload.hasChecksums { fields.append(ObjectChecksum.Algorithm.sha256.field(digest.description)) }
        let query = [("partNumber", String(StoreUpload.partNumber(of: chunk)))] + upload.query
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

extension S3Session.Context {
    fileprivate func request(
        _ method: String, _ location: S3Location, _ query: [(String, String)] = [], fields: [HeaderField] = []
    ) -> HTTPRequest {
        request(method, bucket: location.bucket, key: location.key, query, fields: fields)
    }

    fileprivate func request(
        _ method: String, bucket: String, key: String = "", _ query: [(String, String)], fields: [HeaderField] = []
    ) -> HTTPRequest {
        let query = query.map { (name: $0.0, value: $0.1) }
        return HTTPRequest(
            method: method, url: endpoint.url(bucket: bucket, key: key, query: query), headers: fields)
    }
}

extension StoreUpload {
    fileprivate var query: [(String, String)] { [("uploadId", uploadID ?? "")] }
}
