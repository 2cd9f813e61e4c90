import TransferCore

/// What is told of an upload, when it is registered and later.
struct StatusAnswer: Decodable {
    var size: Int64
    var chunkSize: Int64
    var status: String
    var totalChunks: Int?
    var mode: String?
    var receivedChunks: [IndexRange]?
    var unreportedChunks: [UnreportedChunk]?

    /// What a store has in the place of a chunk that its server was not told of.
    struct UnreportedChunk: Decodable {
        var index: Int
        var etag: String
    }

    /// An inclusive range of chunks, `[first, last]`.
    struct IndexRange: Decodable {
        var first: Int
        var last: Int

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            first = try container.decode(Int.self)
            last = try container.decode(Int.self)
            guard container.isAtEnd else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "more than two numbers")
            }
        }
    }

    /// The largest chunk that a server may ask for, in bytes.
    private static let maximumChunkSize: Int64 = 1 << 30
    /// The most chunks that a server may ask for: a table of more is of no use to anybody.
    private static let maximumCount = 1 << 20

    /// - Throws: ``TransferError/Code/badResponse`` if the answer contradicts itself,
    ///   ``TransferError/Code/unsupported`` if the bytes are to go somewhere else.
    func uploadStatus(answering code: Int) throws(TransferError) -> UploadStatus {
        guard (0...ChunkPlan.maximumSize).contains(size), (1...Self.maximumChunkSize).contains(chunkSize) else {
            throw BadAnswer.error(code, "a size that cannot be")
        }
        let count = ChunkPlan(size: size, exactChunkSize: chunkSize).count
        guard count <= Self.maximumCount, totalChunks == nil || totalChunks == count else {
            throw BadAnswer.error(code, "a number of chunks that cannot be")
        }
        guard let mode = UploadMode(rawValue: mode ?? UploadMode.direct.rawValue) else {
            throw TransferError(.unsupported, "the server wants the chunks sent in a way that carryon does not know")
        }
        let state: UploadStatus.State
        switch status {
        case "in_progress": state = .inProgress
        case "assembling": state = .assembling
        case "complete": state = .complete
        default: throw BadAnswer.error(code, "a status that does not belong there")
        }
        guard receivedChunks != nil || state != .inProgress, let received = received(of: count) else {
            throw BadAnswer.error(code, "chunks that cannot be")
        }
        return UploadStatus(
            size: size, chunkSize: chunkSize, received: received, state: state, mode: mode,
            offers: offers(count, mode, but: received))
    }

    /// Only a tag that may be an MD5 can be compared with a file.
    private func offers(_ count: Int, _ mode: UploadMode, but received: [ClosedRange<Int>]) -> [Int: Receipt] {
        guard mode == .presigned else { return [:] }
        var offers: [Int: Receipt] = [:]
        for chunk in unreportedChunks ?? [] where (0..<count).contains(chunk.index) {
            if S3EntityTag.md5(chunk.etag) != nil { offers[chunk.index] = Receipt(entityTag: chunk.etag) }
        }
        for range in received where !offers.isEmpty {
            for chunk in range { offers[chunk] = nil }
        }
        return offers
    }

    /// In order, and none that touches the next; `nil` if any is not a range of the upload's chunks.
    private func received(of count: Int) -> [ClosedRange<Int>]? {
        var merged: [ClosedRange<Int>] = []
        for range in (receivedChunks ?? []).sorted(by: { $0.first < $1.first }) {
            guard range.first >= 0, range.first <= range.last, range.last < count else { return nil }
            if let previous = merged.last, range.first <= previous.upperBound + 1 {
                merged[merged.count - 1] = previous.lowerBound...max(previous.upperBound, range.last)
            } else {
                merged.append(range.first...range.last)
            }
        }
        return merged
    }
}
