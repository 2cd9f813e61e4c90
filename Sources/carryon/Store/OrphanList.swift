import TransferCore
import WireProtocols

/// The unfinished uploads at a place in a store.
struct OrphanList: Sendable {
    struct Entry: Sendable {
        let upload: S3Upload
        /// `nil` if the store does not know the upload that it lists: it has come to its end meanwhile, or has a key that
        /// the store does not list as it is.
        let amount: StoredAmount?
    }

    /// The oldest first.
    let entries: [Entry]

    /// How many uploads are looked at side by side.
    private static let width = 8

    init(_ location: S3Location, at client: BucketClient, startedBefore limit: WallTime? = nil) async throws {
        let uploads = try await client.uploads(below: location.key)
            .filter { upload in limit.map { limit in upload.initiated.map { $0 < limit } ?? false } ?? true }
            .sorted { ($0.initiated?.milliseconds ?? 0) < ($1.initiated?.milliseconds ?? 0) }
        entries = try await withThrowingTaskGroup(of: (Int, StoredAmount?).self) { group in
            var found = [StoredAmount?](repeating: nil, count: uploads.count)
            for (index, upload) in uploads.enumerated() {
                if index >= Self.width, let (place, amount) = try await group.next() { found[place] = amount }
                group.addTask { (index, try await Self.amount(of: upload, client)) }
            }
            for try await (place, amount) in group { found[place] = amount }
            return zip(uploads, found).map(Entry.init)
        }
    }

    /// `nil` if the store does not know the upload.
    private static func amount(of upload: S3Upload, _ client: BucketClient) async throws -> StoredAmount? {
        do throws(TransferError) {
            return StoredAmount(try await client.parts(of: upload))
        } catch {
            guard error.code == .uploadLost else { throw error }
            return nil
        }
    }
}

/// Which unfinished uploads belong to transfers of a queue.
struct OrphanOwners {
    private let queue: [TransferRecord]

    init(_ queue: [TransferRecord]) {
        self.queue = queue.filter { $0.direction == .upload && RemoteKind($0.destination) == .s3 }
    }

    /// The transfer that goes on with an upload, or may: one that was begun and whose upload id never arrived here; or
    /// that has given it up and is still to abort it.
    func owner(of upload: S3Upload, in bucket: String) -> TransferID? {
        queue.first { record in
            if record.abandoned.contains(where: { Self.isAddress($0, of: upload, in: bucket) }) { return true }
            guard let bookmark = record.upload else { return false }
            guard let text = bookmark.address else { return isDestination(record, upload, bucket) }
            return Self.isAddress(text, of: upload, in: bucket)
        }?.id
    }

    private static func isAddress(_ text: String, of upload: S3Upload, in bucket: String) -> Bool {
        guard let address = S3UploadAddress(text: text), case .multipart(let id, _) = address.kind else { return false }
        return id == upload.uploadID && address.location.bucket == bucket && address.location.hasKey(upload.key)
    }

    private func isDestination(_ record: TransferRecord, _ upload: S3Upload, _ bucket: String) -> Bool {
        guard record.finishedAt == nil, let location = try? S3Location(record.destination) else { return false }
        return location.bucket == bucket && location.hasKey(upload.key)
    }
}
