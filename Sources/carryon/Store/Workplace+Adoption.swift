import TransferCore
import TransferEngine
import WireProtocols

extension Workplace {
    /// Queues an upload that goes on with what somebody else began.
    func adopt(
        _ adoption: Adoption, of upload: S3Upload, in bucket: String, _ parts: StoredParts, file path: String,
        _ options: TransferOptions
    ) throws -> TransferID {
        let location = try S3Location(bucket: bucket, key: upload.key)
        let wish = NewTransfer(direction: .upload, source: path, destination: location.text, options: options)
        let now = SystemClock().wallTime()
        let address = S3UploadAddress(
            location, .multipart(uploadID: upload.uploadID, usesChecksums: usesChecksums(parts, options.store)))
        let bookmark = UploadBookmark(
            key: key(), address: address.text, source: adoption.source, chunkSize: adoption.plan.chunkSize,
            begunAt: upload.initiated ?? now)
        let chunks = adoption.receipts.sorted { $0.key < $1.key }.map { index, receipt in
            var receipt = receipt
            receipt.storedAt = now
            return ChunkBookmark(
                index: index, bytes: adoption.plan.range(of: index).length, checksum: 0, receipt: receipt)
        }
        // Without its bookmark it would be an upload from the start.
        return try store.insert(wish, at: now) { record in
            var record = record
            record.upload = bookmark
            var batch = StoreBatch()
            batch.records = [record]
            batch.chunks[record.id] = chunks
            batch.progress[record.id] = StoredProgress(
                bytesDone: chunks.reduce(0) { $0 + $1.bytes }, chunksDone: chunks.count)
            return batch
        }
    }

    /// AWS says what an upload was created with, and refuses the checksums of another algorithm. Stores that do not say
    /// take them, and want them if they were told so at the start.
    private func usesChecksums(_ parts: StoredParts, _ options: StoreOptions) -> Bool {
        parts.algorithm.map { $0 == .sha256 } ?? (options.endpoint != nil)
    }

    /// What an upload is known by before the remote has given it a name.
    private func key() -> String {
        Hex.encode((0..<16).map { _ in UInt8.random(in: .min ... .max) })
    }
}
