import TransferCore

/// What proves one chunk of an upload, as `receipts` shows it. The names of its fields are a promise to scripts.
struct ListedReceipt: Encodable {
    let index: Int
    /// Of the first byte.
    let start: Int64
    /// Of the byte behind the last one.
    let end: Int64
    let sha256: String?
    let etag: String?
    let storedAt: String?

    init(_ index: Int, _ range: ByteRange, _ receipt: Receipt?) {
        self.index = index
        start = range.start
        end = range.end
        sha256 = receipt?.sha256
        etag = receipt?.entityTag
        storedAt = receipt?.storedAt.map(Timestamp.text)
    }

    /// Of every chunk of an upload, whether or not it has a receipt.
    static func all(of record: TransferRecord, _ chunks: [ChunkBookmark]) -> [ListedReceipt] {
        guard let plan = record.plan else { return [] }
        let receipts = Dictionary(chunks.map { ($0.index, $0.receipt) }) { $1 }
        return (0..<plan.count).map { ListedReceipt($0, plan.range(of: $0), receipts[$0] ?? nil) }
    }

    private enum Key: String, CodingKey {
        case index, start, end, sha256, etag, storedAt
    }

    /// Every field is always there; what is not known is `null`.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(index, forKey: .index)
        try container.encode(start, forKey: .start)
        try container.encode(end, forKey: .end)
        try container.encode(sha256, forKey: .sha256)
        try container.encode(etag, forKey: .etag)
        try container.encode(storedAt, forKey: .storedAt)
    }

    /// For people.
    var row: [String] {
        let hasReceipt = sha256 != nil || etag != nil
        return ["#\(index)", "\(start)", "\(end)"]
            + (hasReceipt ? [sha256 ?? "-", etag ?? "-", storedAt ?? "-"] : ["no receipt"])
    }
}
