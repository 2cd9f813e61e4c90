import Foundation
import TransferCore

/// A transfer as `--json` shows it. The names are a promise to scripts.
struct ListedTransfer: Encodable {
    let id: Int64
    let direction: String
    let source: String
    let destination: String
    let state: String
    let bytesTotal: Int64?
    let bytesDone: Int64
    let chunksTotal: Int?
    let chunksDone: Int
    let retries: Int
    let error: ListedError?
    let explanation: String?
    let createdAt: String
    let finishedAt: String?
    let sha256: String?

    init(_ record: TransferRecord) {
        id = record.id.rawValue
        direction = record.direction.rawValue
        source = record.shownSource
        destination = record.shownDestination
        state = record.state.rawValue
        bytesTotal = record.size
        bytesDone = record.bytesDone
        chunksTotal = record.plan?.count
        chunksDone = record.chunksDone
        retries = record.retries
        error = record.error.map(ListedError.init)
        explanation = record.explanation
        createdAt = Timestamp.text(record.createdAt)
        finishedAt = record.finishedAt.map(Timestamp.text)
        sha256 = record.sha256
    }

    private enum Key: String, CodingKey {
        case id, direction, source, destination, state, bytesTotal, bytesDone, chunksTotal, chunksDone, retries, error,
            explanation, createdAt, finishedAt, sha256
    }

    /// Every field is always there; what is not known is `null`.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(direction, forKey: .direction)
        try container.encode(source, forKey: .source)
        try container.encode(destination, forKey: .destination)
        try container.encode(state, forKey: .state)
        try container.encode(bytesTotal, forKey: .bytesTotal)
        try container.encode(bytesDone, forKey: .bytesDone)
        try container.encode(chunksTotal, forKey: .chunksTotal)
        try container.encode(chunksDone, forKey: .chunksDone)
        try container.encode(retries, forKey: .retries)
        try container.encode(error, forKey: .error)
        try container.encode(explanation, forKey: .explanation)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(finishedAt, forKey: .finishedAt)
        try container.encode(sha256, forKey: .sha256)
    }
}

/// An error as `--json` shows it.
struct ListedError: Encodable {
    let code: String
    let detail: String
    let remedy: String?

    init(_ error: TransferError) {
        code = error.code.rawValue
        detail = error.detail.description
        remedy = error.code.remedy
    }
}

/// One transfer with all that is kept of it, as `show --json` prints it.
struct ShownTransfer: Encodable {
    let transfer: ListedTransfer
    let chunkSize: Int64?
    let validator: String?
    let address: String?
    let isResumable: Bool?
    let partPath: String?
    let chunks: [ShownChunk]
    let attempts: [ShownAttempt]

    init(_ record: TransferRecord, chunks: [ChunkBookmark], attempts: [Attempt]) {
        transfer = ListedTransfer(record)
        chunkSize = record.chunkSize
        let validator = record.version?.validator
        self.validator = validator?.entityTag?.fieldValue ?? validator?.lastModified
        address = (record.upload?.address ?? record.version?.address).map(Redaction.address)
        isResumable = record.isResumable
        partPath = record.state == .completed ? nil : record.partPath
        self.chunks = chunks.map { chunk in
            let isDone = record.plan.map { chunk.index < $0.count && chunk.bytes == $0.range(of: chunk.index).length }
            return ShownChunk(
                index: chunk.index, bytes: chunk.bytes, done: isDone ?? false,
                crc32c: record.direction == .download ? hex(chunk.checksum) : nil, receipt: chunk.receipt?.sha256,
                entityTag: chunk.receipt?.entityTag)
        }
        self.attempts = attempts.map(ShownAttempt.init)
    }
}

/// A chunk of which something is safe.
struct ShownChunk: Encodable {
    let index: Int
    let bytes: Int64
    let done: Bool
    /// Of a download.
    let crc32c: String?
    /// Of an upload: the SHA-256 that the remote has accepted.
    let receipt: String?
    /// Of an upload: what the remote calls the stored bytes.
    let entityTag: String?
}

/// A kept attempt.
struct ShownAttempt: Encodable {
    let chunk: Int
    let startedAt: String
    let timeToFirstByteMs: Int64?
    let durationMs: Int64
    let bytes: Int64
    let status: Int?
    let outcome: String
    let detail: String?

    init(_ attempt: Attempt) {
        chunk = attempt.chunk
        startedAt = Timestamp.text(attempt.startedAt)
        timeToFirstByteMs = attempt.timeToFirstByte.map { $0.nanoseconds / 1_000_000 }
        durationMs = attempt.duration.nanoseconds / 1_000_000
        bytes = attempt.bytes
        status = attempt.status
        outcome = attempt.outcome.error?.code.rawValue ?? "success"
        detail = attempt.outcome.error?.detail.description
    }
}

private func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
}

/// Data for scripts.
enum JSONOutput {
    static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Swift.print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
