@testable import TransferCore

/// Uploads on the bench: chunks of 1 MiB, to a server that answers by hand.
extension Bench {
    static let destination = "https://up.example.org/file"
    static let uploadAddress = "https://up.example.org/uploads/u1"
    static let upload = TransferID(1)

    /// The file, as it is or with another content.
    static func file(_ chunks: Int64 = 4, modified: Int64 = 1) -> SourceIdentity {
        SourceIdentity(device: 1, inode: 2, size: chunks * mebibyte, modified: modified)
    }

    /// An upload that nothing has happened to yet.
    static func freshUpload(
        _ id: Int64 = 1, connections: Int = 2, _ change: (inout TransferOptions) -> Void = { _ in }
    ) -> TransferRecord {
        var options = TransferOptions()
        options.connections = connections
        options.chunkSize = mebibyte
        change(&options)
        let wish = NewTransfer(direction: .upload, source: "/d/file", destination: destination, options: options)
        return TransferRecord(id: TransferID(id), wish: wish, createdAt: WallTime(milliseconds: 0))
    }

    /// An upload of an earlier run.
    static func begunUpload(
        _ chunks: Int64 = 4, connections: Int = 2, address: String? = uploadAddress, state: TransferState = .queued
    ) -> TransferRecord {
        var record = freshUpload(connections: connections)
        record.state = state
        record.upload = UploadBookmark(
            key: "k", address: address, source: file(chunks), chunkSize: mebibyte,
            begunAt: WallTime(milliseconds: 0))
        return record
    }

    static func receipts(_ indices: some Sequence<Int>) -> [ChunkBookmark] {
        indices.map { ChunkBookmark(index: $0, bytes: mebibyte, checksum: 0, receipt: Receipt(sha256: "r\($0)")) }
    }

    static func status(
        _ chunks: Int64 = 4, received: [ClosedRange<Int>] = [], state: UploadStatus.State = .inProgress
    ) -> UploadStatus {
        UploadStatus(size: chunks * mebibyte, chunkSize: mebibyte, received: received, state: state)
    }

    /// Brings a fresh upload to its first chunks.
    static func sending(_ chunks: Int64 = 4, connections: Int = 2, settings: EngineSettings = .init()) -> Bench {
        var bench = Bench([freshUpload(connections: connections)], settings: settings)
        bench.handle(.timer)
        bench.handle(.sourceOpened(upload, .success(file(chunks))))
        bench.handle(.saved(upload))
        bench.answer(bench.orders[0], .registered(address: uploadAddress, status(chunks)))
        bench.handle(.saved(upload))
        return bench
    }

    /// Brings an upload of an earlier run to the answer about what the server has.
    mutating func resumeUpload(_ bookmark: [ChunkBookmark], _ status: UploadStatus) {
        handle(.timer)
        handle(.sourceOpened(Self.upload, .success(Self.file(status.size / Self.mebibyte))))
        handle(.bookmarkLoaded(Self.upload, bookmark))
        answer(orders[0], .status(status))
    }

    /// Stores all chunks that are asked for, until something else is.
    mutating func storeAll() {
        var open = orders
        while !open.isEmpty, open[0].chunk != nil {
            store(open.removeFirst())
            open += orders
        }
    }

    mutating func answer(_ order: UploadOrder, _ outcome: UploadReport.Outcome, sent: Int64 = 0, status: Int? = 200) {
        handle(.answered(order.id, UploadReport(outcome: outcome, bytesSent: sent, status: status)))
    }

    mutating func store(_ order: UploadOrder) {
        answer(order, .stored(receipt: Receipt(sha256: "r\(order.chunk ?? -1)")), sent: Self.mebibyte)
    }

    mutating func refuse(_ order: UploadOrder, _ code: TransferError.Code, status: Int? = 500, after: Duration? = nil) {
        answer(order, .failed(TransferError(code, "it says \(code.rawValue)"), retryAfter: after), status: status)
    }

    /// All bytes went out, and no answer came.
    mutating func loseAnswer(_ order: UploadOrder) {
        let error = TransferError(.connectionLost, "the answer was lost")
        answer(order, .failed(error, retryAfter: nil), sent: Self.mebibyte, status: nil)
    }

    // MARK: What came of it

    var orders: [UploadOrder] {
        effects.compactMap { if case .send(let order) = $0 { order } else { nil } }
    }

    var savedFirst: TransferRecord? {
        effects.lazy.compactMap { if case .saveFirst(let record) = $0 { record } else { nil } }.first
    }

    /// Without their times.
    var keptReceipts: [ChunkBookmark] {
        effects.compactMap { effect in
            guard case .keepReceipt(_, var chunk, _) = effect else { return nil }
            chunk.receipt?.storedAt = nil
            return chunk
        }
    }

    var uploadMachine: UploadMachine? { queue.entries[Self.upload]?.machine as? UploadMachine }
}

extension UploadOrder {
    /// Which chunk it sends, if it sends one.
    var chunk: Int? {
        if case .chunk(let index, _, _) = task { index } else { nil }
    }

    var registration: UploadRegistration? {
        if case .register(let registration) = task { registration } else { nil }
    }
}
