import TransferCore
import WireProtocols

/// Finds uploads that the store may have begun without anybody here having heard of it.
struct LostUploads: Sendable {
    /// Whether there is an upload that nobody else can have begun.
    enum Identity: Sendable {
        case none
        case certain(StoreUpload)
        /// There are several, or one that another upload here may have begun.
        case doubtful
    }

    let ledger: any UploadLedger
    let readers: Workers
    let store: any ObjectStore

    /// An upload to the same key, begun when the store was last asked to, without parts, and of no other upload here;
    /// `nil` if there is none, or if one may not look. What others began is not taken for it unless it looks just the
    /// same.
    func find(_ record: UploadRecord) async throws -> StoreUpload? {
        try await candidates(for: record, limit: 1).uploads.first
    }

    /// The same for whoever wants to end it, and must not end what others have begun.
    func identify(_ record: UploadRecord) async throws -> Identity {
        let candidates = try await candidates(for: record, limit: 2)
        guard let only = candidates.uploads.first else { return .none }
        return candidates.uploads.count == 1 && !candidates.isContested ? .certain(only) : .doubtful
    }

    /// - Returns: The latest ones, as many as are wanted, and whether one of them may be another upload's.
    private func candidates(
        for record: UploadRecord, limit: Int
    ) async throws -> (uploads: [StoreUpload], isContested: Bool) {
        guard record.status == .creating, let object = record.object, let attempt = object.attemptedAt else {
            return ([], false)
        }
        do {
            let listed = try await store.uploads(to: object.location)
            // In this order, and after the list: what another upload has begun by now is known, or is still to be.
            let (isContested, known) = try await readers.run { [ledger] in
                (try ledger.isContested(record), try ledger.storeUploads(to: object.location))
            }
            let strangers = listed.filter { !known.contains($0.uploadID) }
            return (try await empty(strangers, begunAbout: attempt, object, limit: limit), isContested)
        } catch let error as TransferError where error.tellsNothing {
            return ([], false)
        }
    }

    private func empty(
        _ listed: [UnfinishedUpload], begunAbout attempt: WallTime, _ object: StoreUpload, limit: Int
    ) async throws -> [StoreUpload] {
        let times = attempt + (.zero - S3Limits.clockTolerance)...attempt + S3Limits.clockTolerance
        let dated = listed.compactMap { upload in
            upload.initiated.flatMap { times.contains($0) ? (id: upload.uploadID, initiated: $0) : nil }
        }
        var found: [StoreUpload] = []
        for candidate in dated.sorted(by: { $0.initiated > $1.initiated }) where found.count < limit {
            var upload = object
            upload.uploadID = candidate.id
            if try await store.parts(of: upload).isEmpty { found.append(upload) }
        }
        return found
    }
}
