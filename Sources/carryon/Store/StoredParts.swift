import TransferCore
import WireProtocols

/// What a store has of an unfinished upload.
struct StoredParts: Sendable {
    /// By number. A store may list a part more than once that was sent more than once, and take any of them in the end.
    let entries: [Int: [S3Part]]
    /// What the upload was created with, if the store says so.
    let algorithm: ObjectChecksum.Algorithm?

    init(_ parts: [S3Part], algorithm: ObjectChecksum.Algorithm? = nil) {
        entries = Dictionary(grouping: parts, by: \.number)
        self.algorithm = algorithm
    }

    var isEmpty: Bool { entries.isEmpty }

    /// How many parts of the file are there.
    var count: Int { entries.count }
}

/// How much a store has of an unfinished upload.
struct StoredAmount: Sendable {
    /// Parts of the file.
    let parts: Int
    /// What is there of the file. What was sent twice is kept twice, but one of it counts.
    let bytes: Int64

    init(_ parts: StoredParts) {
        self.parts = parts.count
        bytes = parts.entries.values.reduce(0) { $0 + ($1.last?.size ?? 0) }
    }
}
