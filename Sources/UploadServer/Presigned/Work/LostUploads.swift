import TransferCore
import WireProtocols

/// Finds uploads that the store may have begun without anybody here having heard of it.
struct LostUploads: Sendable {
    let ledger: any UploadLedger
    let readers: Workers
    let store: any ObjectStore

    /// An upload to the same key, begun when the store was last asked to, without parts, and of no other upload here;
    /// `nil` if there is none. What others began is not taken for it unless it looks just the same.
    func find(_ record: UploadRecord) async throws -> StoreUpload? {
        guard record.status == .creating, let object = record.object, let attempt = object.attemptedAt else {
            return nil
        }
        let known = try await readers.run { [ledger] in try ledger.storeUploads(to: object.location) }
        let times = attempt + (.zero - S3Limits.clockTolerance)...attempt + S3Limits.clockTolerance
        let candidates = try await store.uploads(to: object.location).compactMap { upload in
            upload.initiated.flatMap { times.contains($0) ? (id: upload.uploadID, initiated: $0) : nil }
        }
        for candidate in candidates.sorted(by: { $0.initiated > $1.initiated }) where !known.contains(candidate.id) {
            var found = object
            found.uploadID = candidate.id
            if try await store.parts(of: found).isEmpty { return found }
        }
        return nil
    }
}
