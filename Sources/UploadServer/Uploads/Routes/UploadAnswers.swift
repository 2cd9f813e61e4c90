import Foundation
import Hummingbird
import TransferCore

/// What is told of uploads, as JSON.
enum UploadAnswers {
    /// The state of an upload.
    static func state(
        of upload: UploadRecord, received: ChunkRanges, unreported: [UnreportedPart] = [], lifetime: Duration,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        var body = JSONObject()
        body.add("uploadId", upload.id.description)
        body.add("name", upload.name.description)
        body.add("size", upload.plan.size)
        body.add("chunkSize", upload.plan.chunkSize)
        body.add("totalChunks", upload.plan.count)
        body.add("mode", upload.object == nil ? "direct" : "presigned")
        body.add("status", upload.status.publicName)
        body.add("receivedChunks", received)
        body.add("nextExpectedChunk", received.firstMissing)
        if !unreported.isEmpty {
            body.add(
                "unreportedChunks",
                unreported.map { part in
                    var object = JSONObject()
                    object.add("index", part.chunk)
                    object.add("etag", part.entityTag)
                    return object
                })
        }
        body.add("expiresAt", time(upload.activeAt + lifetime))
        if let sha256 = upload.sha256 { body.add("sha256", sha256.description) }
        var response = json(body, status: status)
        // Relative to where the request went: a proxy may have put a prefix there.
        if status == .created { response.headers[.location] = "uploads/\(upload.id)" }
        return response
    }

    /// A chunk is stored.
    static func stored(_ chunk: Int, _ digest: ChunkDigest, tag: String? = nil, nextExpected: Int) -> Response {
        var body = JSONObject()
        body.add("index", chunk)
        body.add("checksum", digest.description)
        body.add("nextExpectedChunk", nextExpected)
        var response = json(body)
        response.headers[.eTag] = tag
        return response
    }

    /// Where chunks are to be sent.
    static func signed(_ requests: [(chunk: Int, signed: SignedRequest)]) -> Response {
        var body = JSONObject()
        body.add(
            "urls",
            requests.map { chunk, signed in
                var url = JSONObject()
                url.add("index", chunk)
                url.add("method", signed.request.method)
                url.add("url", signed.request.url)
                url.add("headers", JSONObject(fields: signed.request.headers))
                url.add("expiresAt", time(signed.expiresAt))
                return url
            })
        return json(body)
    }

    /// The file has its name.
    static func complete(_ upload: UploadRecord) -> Response {
        var body = JSONObject()
        body.add("status", UploadStage.complete.rawValue)
        body.add("name", upload.name.description)
        body.add("size", upload.plan.size)
        if let sha256 = upload.sha256 { body.add("sha256", sha256.description) }
        body.add("location", upload.name.location)
        return json(body)
    }

    /// The file is on its way to its name.
    static var assembling: Response {
        var body = JSONObject()
        body.add("status", UploadStage.assembling.rawValue)
        var response = json(body, status: .accepted)
        response.headers[.retryAfter] = "1"
        return response
    }

    private static func json(_ body: JSONObject, status: HTTPResponse.Status = .ok) -> Response {
        let bytes = ByteBuffer(string: body.json)
        let fields: HTTPFields = [
            .contentType: "application/json", .contentLength: String(bytes.readableBytes), .cacheControl: "no-store",
        ]
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: bytes))
    }

    /// RFC 3339, in UTC.
    private static func time(_ time: WallTime) -> String {
        Date(timeIntervalSince1970: Double(time.milliseconds) / 1000).ISO8601Format()
    }
}
