import Foundation
import TransferCore

/// What `POST /uploads` asks for, checked.
struct Registration: Hashable, Sendable {
    /// The longest body of a request, in bytes.
    static let maximumBody = 16 << 10

    var name: FileName
    /// In bytes.
    var size: Int64
    /// As it was asked for, in bytes.
    var chunkSize: Int64?
    /// Of the whole file.
    var sha256: ChunkDigest?

    init(name: FileName, size: Int64, chunkSize: Int64? = nil, sha256: ChunkDigest? = nil) {
        self.name = name
        self.size = size
        self.chunkSize = chunkSize
        self.sha256 = sha256
    }

    /// Reads the body of the request. Throws a ``Problem`` for anything that is not to be taken.
    init(json: [UInt8], settings: UploadSettings) throws {
        struct Body: Decodable {
            var name: String
            var size: Int64
            var chunkSize: Int64?
            var sha256: String?
        }
        let body: Body
        do {
            body = try JSONDecoder().decode(Body.self, from: Data(json))
        } catch {
            throw Problem(.badRequest, "the body must be a JSON object with a name and a size in bytes")
        }
        guard let name = FileName(body.name) else {
            throw Problem(.badName, "the name must consist of plain components of 1 to 255 bytes, joined by /")
        }
        guard body.size >= 0 else { throw Problem(.badRequest, "the size must be 0 or more") }
        let largest = min(settings.largestFile, ChunkPlan.maximumSize)
        guard body.size <= largest else {
            var problem = Problem(.tooLarge, "a file may have \(largest) bytes at most here")
            problem.members.add("limit", largest)
            throw problem
        }
        if let chunkSize = body.chunkSize {
            guard (ChunkPlan.minimumChunkSize...ChunkPlan.maximumChunkSize).contains(chunkSize) else {
                throw Problem(
                    .badRequest,
                    "chunkSize must be \(ChunkPlan.minimumChunkSize) to \(ChunkPlan.maximumChunkSize) bytes")
            }
        }
        self.name = name
        size = body.size
        chunkSize = body.chunkSize
        sha256 = try body.sha256.map(Self.digest)
    }

    /// How the file is cut.
    func plan(_ settings: UploadSettings) -> ChunkPlan {
        ChunkPlan(size: size, chunkSize: chunkSize ?? settings.chunkSize)
    }

    /// The digest in the body of `complete`, which may be empty.
    static func completionDigest(json: [UInt8]) throws -> ChunkDigest? {
        struct Body: Decodable {
            var sha256: String?
        }
        if json.isEmpty { return nil }
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(json)) else {
            throw Problem(.badRequest, "the body must be empty or a JSON object")
        }
        return try body.sha256.map(digest)
    }

    /// The value of `Idempotency-Key`: 1 to 255 printable ASCII characters.
    static func idempotencyKey(_ field: String) throws -> String {
        guard (1...255).contains(field.utf8.count), field.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw Problem(.badRequest, "Idempotency-Key must be 1 to 255 printable ASCII characters")
        }
        return field
    }

    private static func digest(_ text: String) throws -> ChunkDigest {
        guard let digest = ChunkDigest(hex: text) else {
            throw Problem(.badRequest, "sha256 must be 64 hexadecimal digits")
        }
        return digest
    }
}
