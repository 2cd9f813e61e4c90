import Foundation
import Hummingbird
import Synchronization
import TransferCore
import WireProtocols

/// `GET` and `HEAD /files/NAME`.
struct FileRoutes: Sendable {
    /// The longest answer that gets a `Content-Digest`: it takes reading everything before the first byte is sent.
    static let longestDigestedRange: Int64 = 64 << 20

    /// Finds the digest of a version of a file that is known without reading it.
    typealias KnownDigest = @Sendable (FileName, Owner, FileVersion) async -> ChunkDigest?

    private let files: FinishedFiles
    private let digests: FileDigestCache
    private let faults: FaultPlan?
    private let knownDigest: KnownDigest
    private let counter = RequestCounter()

    init(files: FinishedFiles, digests: FileDigestCache, faults: FaultPlan?, knownDigest: @escaping KnownDigest) {
        self.files = files
        self.digests = digests
        self.faults = faults
        self.knownDigest = knownDigest
    }

    func add(to router: Router<ServerContext>) {
        for method in [HTTPRequest.Method.get, .head] {
            router.on("files/**", method: method) { try await answer($0, owner: $1.owner) }
        }
        router.refuseOthers("files/**", but: [.get, .head])
    }

    private func answer(_ request: Request, owner: Owner) async throws -> Response {
        guard let name = FileName(requested: request), let file = try await files.file(named: name, of: owner)
        else { throw Problem.noSuchFile }
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
            let known = await knownDigest(of: file, name, owner, request)
            return try await content(
                of: file, known, request, fields, rangeHolds: conditions.rangeHolds(current))
        }
    }

    private func content(
        of file: ServedFile, _ known: ChunkDigest?, _ request: Request, _ fields: HTTPFields, rangeHolds: Bool
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
        try await addDigests(of: file, known, range, request, &fields)
        if case .damage = effects.fault, fields[.contentDigest] == nil { effects.fault = .none }

        fields[.contentType] = "application/octet-stream"
        fields[.contentLength] = String(range.length)
        let body = FileBody(file: file, range: range, effects: effects)
        return Response(
            status: isPartial ? .partialContent : .ok, headers: fields,
            body: request.method == .head ? ResponseBody() : body.responseBody(to: request.body))
    }

    /// Only who asks for a digest makes the ledger look.
    private func knownDigest(
        of file: ServedFile, _ name: FileName, _ owner: Owner, _ request: Request
    ) async -> ChunkDigest? {
        guard DigestPreference.wantsSHA256(request.headers[.wantReprDigest]) else { return nil }
        return await knownDigest(name, owner, file.version)
    }

    /// RFC 9530 §2, §3: of the content that is sent, and of the whole file.
    private func addDigests(
        of file: ServedFile, _ known: ChunkDigest?, _ range: ByteRange, _ request: Request, _ fields: inout HTTPFields
    ) async throws {
        if let known {
            fields[.reprDigest] = known.fieldValue
        } else if DigestPreference.wantsSHA256(request.headers[.wantReprDigest]),
            let digest = try await unlessClientLeaves({ await digests.wholeDigest(of: file) })
        {
            fields[.reprDigest] = digest.fieldValue
        }
        if request.method == .get, range.length <= Self.longestDigestedRange,
            DigestPreference.wantsSHA256(request.headers[.wantContentDigest])
        {
            let digest = try await unlessClientLeaves { try await digests.digest(of: file, range) }
            fields[.contentDigest] = digest.fieldValue
        }
    }

    /// Does what takes long, and gives it up when the connection is closed: nobody waits for the answer any more.
    private func unlessClientLeaves<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let task = Task(operation: body)
        return try await withTaskCancellationHandler {
            try await RequestNotes.listening {
                if $0 == .closed { task.cancel() }
            } during: {
                try await task.value
            }
        } onCancel: {
            task.cancel()
        }
    }
}

extension FileName {
    /// The name in the path of a request for a file; not from the router, which takes several slashes for one.
    init?(requested request: Request) {
        self.init(encodedPath: request.uri.path.dropFirst("/files/".count))
    }
}

extension Problem {
    static var noSuchFile: Problem { Problem(.notFound, "there is no such file") }
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
    fileprivate static let wantReprDigest = Self("Want-Repr-Digest")!
    fileprivate static let wantContentDigest = Self("Want-Content-Digest")!
}

extension WallTime {
    fileprivate static var current: WallTime {
        WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }
}
