@testable import TransferCore

/// Uploads to an object store on the bench: parts of 8 MiB.
enum StoreUpload {
    static let partSize: Int64 = 8 << 20
    static let address = "s3://bucket/file?id"

    static func record(_ parts: Int64, address: String? = nil) -> TransferRecord {
        var options = TransferOptions()
        options.connections = 2
        let wish = NewTransfer(
            direction: .upload, source: "/d/file", destination: "s3://bucket/file", options: options)
        var record = TransferRecord(id: Bench.upload, wish: wish, createdAt: WallTime(milliseconds: 0))
        guard let address else { return record }
        record.upload = UploadBookmark(
            key: "k", address: address, source: Bench.file(8 * parts), chunkSize: partSize,
            begunAt: WallTime(milliseconds: 0))
        return record
    }

    static func status(
        _ parts: Int64, received: [ClosedRange<Int>] = [], state: UploadStatus.State = .inProgress,
        receipts: [Int: Receipt] = [:], offers: [Int: Receipt] = [:]
    ) -> UploadStatus {
        UploadStatus(
            size: parts * partSize, chunkSize: partSize, received: received, state: state, receipts: receipts,
            offers: offers)
    }

    static func receipt(_ part: Int) -> Receipt {
        Receipt(sha256: "r\(part)", entityTag: "\"e\(part)\"", storedAt: WallTime(milliseconds: 5))
    }

    static func bookmark(_ parts: [Int]) -> [ChunkBookmark] {
        parts.map { ChunkBookmark(index: $0, bytes: partSize, checksum: 0, receipt: receipt($0)) }
    }

    /// Brings an upload of an earlier run to the question what the store has.
    static func resumed(_ parts: Int64, _ bookmark: [ChunkBookmark]) -> Bench {
        var bench = Bench([record(parts, address: address)])
        bench.handle(.timer)
        bench.handle(.sourceOpened(Bench.upload, .success(Bench.file(8 * parts))))
        bench.handle(.bookmarkLoaded(Bench.upload, bookmark))
        return bench
    }

    /// Brings an upload that nothing has happened to yet to its registration.
    static func fresh(_ parts: Int64) -> Bench {
        var bench = Bench([record(parts)])
        bench.handle(.timer)
        bench.handle(.sourceOpened(Bench.upload, .success(Bench.file(8 * parts))))
        bench.handle(.saved(Bench.upload))
        return bench
    }
}
