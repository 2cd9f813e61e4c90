import Foundation
import Hummingbird
import Synchronization
import TransferCore
import WireProtocols

/// `GET` and `HEAD /files/NAME`.
struct FileRoutes: Sendable {
    /// The longest answer that gets a `Content-Digest`: it takes reading everything before the first byte is sent.
    static let longestDigestedRange: Int64 = 64 << 20

    private let folder: ServedFolder
    private let digests: FileDigestCache
    private let faults: FaultPlan?
    private let counter = RequestCounter()

    init(folder: ServedFolder, digests: FileDigestCache, faults: FaultPlan?) {
        self.folder = folder
        self.digests = digests
        self.faults = faults
    }

    func add(to router: Router<some RequestContext>) {
        for method in [HTTPRequest.Method.get, .head] {
            router.on("files/:name", method: method) { request, context in
                try await answer(request, name: context.parameters.get("name") ?? "")
            }
        }
        for method in [HTTPRequest.Method.put, .post, .patch, .delete] {
            router.on("files/:name", method: method) { _, _ -> Response in
                throw Problem(.methodNotAllowed, "files are only read here", headers: [.allow: "GET, HEAD"])
            }
        }
    }

    private func answer(_ request: Request, name: String) async throws -> Response {
        guard let name = name.removingPercentEncoding, let file = folder.file(named: name) else {
            throw Problem(.notFound, "there is no such file")
        }
        let current = Conditions.Current(
            entityTag: file.version.entityTag, lastModified: file.version.lastModified, now: .current)
        let conditions = Conditions(request.headers)
        var fields = HTTPFields()
        fields[.eTag] = current.entityTag.fieldValue
        fields[.lastModified] = HTTPDate.format(current.lastModified)
        fields[.acceptRanges] = "bytes"

        switch conditions.evaluate(current) {
        case .failed:
            throw Problem(.preconditionFailed, "the file is not the version that was asked for", headers: fields)
        case .notModified:
            var response = Response(status: .notModified, headers: fields)
            // It would be read as the size of the file (RFC 9110 §8.6).
            response.headers[.contentLength] = nil
            return response
        case .proceed:
            return try await content(of: file, request, fields, rangeHolds: conditions.rangeHolds(current))
        }
    }

    private func content(
        of file: ServedFile, _ request: Request, _ fields: HTTPFields, rangeHolds: Bool
    ) async throws -> Response {
        var fields = fields
        let size = file.version.size
        var range = ByteRange(0, size)
        var isPartial = false
        // Range is defined for GET only (RFC 9110 §14.2).
        if request.method == .get, rangeHolds, let wanted = request.headers[.range].flatMap(ByteRangeHeader.parse) {
            guard let part = wanted.resolve(size: size) else {
                fields[.contentRange] = "bytes */\(size)"
                throw Problem(.rangeNotSatisfiable, "the file has \(size) bytes", headers: fields)
            }
            range = part
            isPartial = true
            fields[.contentRange] = "bytes \(part.start)-\(part.end - 1)/\(size)"
        }

        var effects = FileBody.Effects()
        if request.method == .get, let faults {
            effects.fault = faults.fault(request: counter.next(), range: range)
            effects.bytesPerSecond = faults.bytesPerSecond
            effects.longestStall = faults.longestStall
        }
        if effects.fault == .busy {
            throw Problem(.busy, "the server is busy for a moment", headers: [.retryAfter: "1"])
        }
        try await addDigests(of: file, range, request, &fields)
        if case .damage = effects.fault, fields[.contentDigest] == nil { effects.fault = .none }

        fields[.contentType] = "application/octet-stream"
        fields[.contentLength] = String(range.length)
        let body = FileBody(file: file, range: range, effects: effects)
        return Response(
            status: isPartial ? .partialContent : .ok, headers: fields,
            body: request.method == .head ? ResponseBody() : body.responseBody(to: request.body))
    }

    /// RFC 9530 §2, §3: of the content that is sent, and of the whole file.
    private func addDigests(
        of file: ServedFile, _ range: ByteRange, _ request: Request, _ fields: inout HTTPFields
    ) async throws {
        if DigestPreference.wantsSHA256(request.headers[.wantReprDigest]),
            let digest = await digests.wholeDigest(of: file)
        {
            fields[.reprDigest] = FileDigestCache.fieldValue(digest)
        }
        if request.method == .get, range.length <= Self.longestDigestedRange,
            DigestPreference.wantsSHA256(request.headers[.wantContentDigest])
        {
            fields[.contentDigest] = FileDigestCache.fieldValue(try await FileDigestCache.digest(of: file, range))
        }
    }
}

/// Numbers requests from 0.
private final class RequestCounter: Sendable {
    private let count = Atomic(0)

    func next() -> Int { count.add(1, ordering: .relaxed).oldValue }
}

extension Conditions {
    fileprivate init(_ fields: HTTPFields) {
        self.init(
            ifMatch: fields[.ifMatch], ifNoneMatch: fields[.ifNoneMatch],
            ifUnmodifiedSince: fields[.ifUnmodifiedSince], ifModifiedSince: fields[.ifModifiedSince],
            ifRange: fields[.ifRange])
    }
}

extension HTTPFields.Element.Name {
    fileprivate static let reprDigest = Self("Repr-Digest")!
    fileprivate static let contentDigest = Self("Content-Digest")!
    fileprivate static let wantReprDigest = Self("Want-Repr-Digest")!
    fileprivate static let wantContentDigest = Self("Want-Content-Digest")!
}

extension WallTime {
    fileprivate static var current: WallTime {
        WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }
}
