import TerminalUI
import TransferCore
import WireProtocols

/// An unfinished upload at a store, as `orphans` shows it. The names of its fields are a promise to scripts.
struct ListedOrphan: Encodable {
    let bucket: String
    let key: String
    let uploadId: String
    let initiatedAt: String?
    /// `nil`, as `parts`, if the store lists the upload and does not know it when asked.
    let bytes: Int64?
    let parts: Int?
    /// The transfer of this queue that goes on with it, or is still to abort it.
    let transfer: Int64?

    init(_ upload: S3Upload, in bucket: String, _ amount: StoredAmount?, owner: TransferID?) {
        self.bucket = bucket
        key = upload.key
        uploadId = upload.uploadID
        initiatedAt = upload.initiated.map(Timestamp.text)
        bytes = amount?.bytes
        parts = amount?.parts
        transfer = owner?.rawValue
    }

    private enum Key: String, CodingKey {
        case bucket, key, uploadId, initiatedAt, bytes, parts, transfer
    }

    /// Every field is always there; what is not known is `null`.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(bucket, forKey: .bucket)
        try container.encode(key, forKey: .key)
        try container.encode(uploadId, forKey: .uploadId)
        try container.encode(initiatedAt, forKey: .initiatedAt)
        try container.encode(bytes, forKey: .bytes)
        try container.encode(parts, forKey: .parts)
        try container.encode(transfer, forKey: .transfer)
    }

    /// Age, how much is there, where, and the name that the other options take.
    static func row(_ orphan: ListedOrphan, age: Duration?) -> [String] {
        [
            age.map(text) ?? "?",
            orphan.parts.map { "\($0) part\($0 == 1 ? "" : "s")" } ?? "gone or unreadable",
            orphan.bytes.map { "\(Format.size($0))" } ?? "", "s3://\(orphan.bucket)/\(orphan.key)",
            orphan.uploadId + (orphan.transfer.map { " (transfer \($0))" } ?? ""),
        ]
    }

    private static func text(_ age: Duration) -> String {
        let days = age.components.seconds / 86_400
        return days > 0 ? "\(days) day\(days == 1 ? "" : "s")" : "\(Format.duration(age))"
    }
}
