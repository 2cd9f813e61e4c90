import Synchronization
import TransferCore

/// A part that the store has in the place of a chunk, which nobody has reported.
struct UnreportedPart: Hashable, Sendable {
    var chunk: Int
    var entityTag: String
}

/// Asks the store what it has of an upload that its clients did not report: a client that ended between sending a chunk
/// and reporting it can compare the tag with its file, and need not send it again.
final class UnreportedParts: Sendable {
    private let store: any ObjectStore
    private let running = Mutex<Set<UploadID>>([])

    init(store: any ObjectStore) {
        self.store = store
    }

    /// In order. Nothing while another request asks the same, and nothing if the store does not answer: what is not
    /// told is sent again, which does no harm.
    func parts(of upload: UploadRecord, but received: ChunkRanges) async -> [UnreportedPart] {
        guard upload.status == .inProgress, let object = upload.object, object.uploadID != nil,
            upload.receivedCount < upload.plan.count,
            running.withLock({ $0.insert(upload.id).inserted })
        else { return [] }
        defer { running.withLock { _ = $0.remove(upload.id) } }
        guard let parts = try? await store.parts(of: object) else { return [] }
        var tags: [Int: String] = [:]
        for part in parts {
            let chunk = part.number - 1
            guard (0..<upload.plan.count).contains(chunk), part.size == upload.plan.range(of: chunk).length else {
                continue
            }
            // Of several in one place the last one is the likeliest.
            tags[chunk] = part.entityTag
        }
        for range in received.ranges {
            for chunk in range { tags[chunk] = nil }
        }
        return tags.sorted { $0.key < $1.key }.map { UnreportedPart(chunk: $0.key, entityTag: $0.value) }
    }
}
