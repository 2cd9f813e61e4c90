import Foundation
import TransferCore

/// What `POST /uploads/ID/presign` asks for, checked.
struct PresignRequest: Sendable {
    /// One chunk that is to be sent.
    struct Chunk: Hashable, Sendable {
        var index: Int
        var digest: ChunkDigest
        /// In bytes.
        var length: Int64
    }

    /// The longest body, in bytes.
    static let maximumBody = 64 << 10
    /// How many chunks one request may be about.
    static let chunkCounts = 1...100

    let chunks: [Chunk]

    /// Throws a ``Problem`` for anything that is not to be taken.
    init(json: [UInt8], plan: ChunkPlan) throws {
        struct Body: Decodable {
            struct Chunk: Decodable {
                var index: Int
                var sha256: String
                var length: Int64
            }
            var chunks: [Chunk]
        }
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(json)) else {
            throw Problem(
                .badRequest,
                "the body must be a JSON object with chunks, each of an index, a sha256 and a length in bytes")
        }
        guard Self.chunkCounts.contains(body.chunks.count) else {
            throw Problem(.badRequest, "1 to 100 chunks can be asked for at a time")
        }
        guard Set(body.chunks.map(\.index)).count == body.chunks.count else {
            throw Problem(.badChunk, "a chunk can be asked for only once at a time")
        }
        chunks = try body.chunks.map { chunk in
            let index = try plan.chunk(chunk.index)
            let length = plan.range(of: index).length
            guard chunk.length == length else { throw Problem(.wrongLength, "chunk \(index) has \(length) bytes") }
            return Chunk(index: index, digest: try ChunkDigest(requested: chunk.sha256), length: length)
        }
    }
}

/// What `POST /uploads/ID/chunks/N` reports, checked.
struct ReceiptReport: Hashable, Sendable {
    /// The longest tag, in bytes. Stores make them of an MD5, some of a SHA-256.
    private static let longestTag = 128

    let entityTag: String
    let digest: ChunkDigest

    /// Throws a ``Problem`` for anything that is not to be taken.
    init(json: [UInt8]) throws {
        struct Body: Decodable {
            var etag: String
            var sha256: String
        }
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(json)) else {
            throw Problem(.badRequest, "the body must be a JSON object with an etag and a sha256")
        }
        guard (1...Self.longestTag).contains(body.etag.utf8.count),
            body.etag.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw Problem(.badRequest, "etag must be what the store has answered as ETag") }
        entityTag = body.etag
        digest = try ChunkDigest(requested: body.sha256)
    }
}

extension ChunkDigest {
    /// Throws a ``Problem`` unless the text is a digest.
    fileprivate init(requested text: String) throws {
        guard let digest = ChunkDigest(hex: text) else {
            throw Problem(.badChecksum, "sha256 must be 64 hexadecimal digits")
        }
        self = digest
    }
}
