import Hummingbird
import TransferCore
import WireProtocols

/// What the head of a `PUT` says about the chunk that follows.
struct ChunkClaim: Hashable, Sendable {
    var index: Int
    /// In bytes.
    var length: Int64
    var digest: ChunkDigest

    /// Checks everything that can be known before the body. Throws a ``Problem``.
    init(index text: String, _ fields: HTTPFields, plan: ChunkPlan) throws {
        let index = try plan.chunk(text)
        let length = plan.range(of: index).length
        guard fields[.transferEncoding] == nil, let field = fields[.contentLength] else {
            throw Problem(.lengthRequired, "a chunk needs a Content-Length")
        }
        // A part of a chunk cannot be stored (RFC 9110 §14.5), nor one that has to be decoded first.
        guard fields[.contentRange] == nil, fields[.contentEncoding].map({ $0.lowercased() == "identity" }) ?? true
        else {
            throw Problem(.badRequest, "a chunk is sent whole and as it is, without Content-Range or Content-Encoding")
        }
        guard field == String(length) else {
            throw Problem(.wrongLength, "chunk \(index) has \(length) bytes")
        }
        self.index = index
        self.length = length
        digest = try Self.digest(fields)
    }

    /// The digest that `X-Chunk-Checksum` and `Content-Digest` (RFC 9530 §2) agree on.
    private static func digest(_ fields: HTTPFields) throws -> ChunkDigest {
        var found: [ChunkDigest?] = fields[values: .chunkChecksum].map { ChunkDigest(hex: $0) }
        let lines = fields[values: .contentDigest]
        if !lines.isEmpty {
            let digest = Digests.sha256(lines).flatMap { ChunkDigest(hex: $0) }
            // Other algorithms than SHA-256 may stand there alone; they are no checksum here.
            if digest != nil || lines.contains(where: { $0.contains("sha-256=") }) { found.append(digest) }
        }
        guard let first = found.first else {
            throw Problem(.checksumMissing, "a chunk needs its SHA-256 in X-Chunk-Checksum or Content-Digest")
        }
        guard let digest = first, found.allSatisfy({ $0 == digest }) else {
            throw Problem(.badChecksum, "the checksums of the chunk are malformed or contradict each other")
        }
        return digest
    }
}

extension ChunkPlan {
    /// The chunk of that number, in plain decimal digits without a sign or leading zeros. Throws a ``Problem``.
    func chunk(_ text: String) throws -> Int {
        guard let index = Int(text), String(index) == text else { throw noSuchChunk }
        return try chunk(index)
    }

    /// The chunk of that number. Throws a ``Problem``.
    func chunk(_ index: Int) throws -> Int {
        guard (0..<count).contains(index) else { throw noSuchChunk }
        return index
    }

    private var noSuchChunk: Problem {
        Problem(
            .badChunk, "the upload has \(count == 0 ? "no chunks: its file is empty" : "the chunks 0 to \(count - 1)")")
    }
}

extension HTTPFields.Element.Name {
    static let chunkChecksum = Self("X-Chunk-Checksum")!
    static let contentDigest = Self("Content-Digest")!
    static let idempotencyKey = Self("Idempotency-Key")!
}
