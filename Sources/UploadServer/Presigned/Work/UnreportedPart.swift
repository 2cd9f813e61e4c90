import TransferCore
import WireProtocols

/// A part that the store has in the place of a chunk, which nobody has reported.
///
/// A client that ended between sending a chunk and reporting it can compare the tag with its file, and need not send it
/// again.
struct UnreportedPart: Hashable, Sendable {
    var chunk: Int
    var entityTag: String

    /// Those among the parts that a store lists, in order.
    static func all(in parts: [S3Part], of plan: ChunkPlan, but received: ChunkRanges) -> [UnreportedPart] {
        var tags: [Int: String] = [:]
        for part in parts {
            let chunk = part.number - 1
            guard (0..<plan.count).contains(chunk), part.size == plan.range(of: chunk).length else { continue }
            // Of several in one place the last one is the likeliest.
            tags[chunk] = part.entityTag
        }
        for range in received.ranges {
            for chunk in range { tags[chunk] = nil }
        }
        return tags.sorted { $0.key < $1.key }.map { UnreportedPart(chunk: $0.key, entityTag: $0.value) }
    }
}
