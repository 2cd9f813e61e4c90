import GRDB
import TestSupport
import TransferCore

@testable import TransferStore

/// The implementations that have to pass the same tests.
enum StoreKind: CaseIterable, Sendable {
    case sqlite
    case memory
}

/// One store of either kind, which can be closed and opened again.
final class StoreFixture {
    struct Failure: Error {}

    private(set) var store: any BookmarkStore
    private let folder: TemporaryFolder

    init(_ kind: StoreKind) throws {
        folder = try TemporaryFolder()
        switch kind {
        case .sqlite: store = try SQLiteStore(path: folder.path("carryon.db"))
        case .memory: store = MemoryStore()
        }
    }

    func reopen() throws {
        if let memory = store as? MemoryStore {
            store = memory.crashCopy()
        } else if let sqlite = store as? SQLiteStore {
            try sqlite.close()
            store = try SQLiteStore(path: sqlite.path)
        }
    }

    /// Lets the next commit that adds attempts fail; in SQLite at its very end, after all else is written.
    func failNextCommit() throws {
        if let memory = store as? MemoryStore {
            memory.failNextCommit(Failure())
        } else {
            try tamper(
                with: folder.path("carryon.db"),
                "CREATE TRIGGER t AFTER INSERT ON attempts BEGIN SELECT RAISE(ABORT, 'wanted'); END")
        }
    }
}

/// Does something to a database that the store would never do.
func tamper(with path: String, _ sql: String) throws {
    let other = try DatabaseQueue(path: path)
    try other.writeWithoutTransaction { db in try db.execute(sql: sql) }
    try other.close()
}

extension StoreBatch {
    static func with(_ change: (inout StoreBatch) -> Void) -> StoreBatch {
        var batch = StoreBatch()
        change(&batch)
        return batch
    }
}

extension NewTransfer {
    static func sample(_ number: Int = 1) -> NewTransfer {
        NewTransfer(
            direction: .download, source: "https://example.org/files/\(number).iso", destination: "/downloads/")
    }

    static func upload(_ number: Int = 1) -> NewTransfer {
        NewTransfer(
            direction: .upload, source: "/home/jane/\(number).iso", destination: "https://example.org/\(number).iso")
    }

    /// Every property differs from its default.
    static var full: NewTransfer {
        var options = TransferOptions()
        options.connections = 64
        options.chunkSize = .max
        options.sha256 = String(repeating: "ab", count: 32)
        options.headers = [HeaderField("Authorization", "Basic \"ü\\/"), HeaderField("X-Empty", "")]
        options.overwrite = true
        options.certificateAuthorities = "/etc/ca.pem"
        options.insecure = true
        options.netrc = true
        return NewTransfer(
            direction: .upload, source: "/home/jane/größe 'x'; --.bin", destination: "https://example.org/\u{1F4BE}",
            options: options)
    }
}

extension TransferRecord {
    /// Sets every property but the counters to something that is hard to keep.
    mutating func fill() {
        state = .failed
        finishedAt = WallTime(milliseconds: .max)
        error = TransferError(.digestMismatch, "expected \u{1b}[31m, got 'b'")
        explanation = "ETag unchanged, 812 of 900 chunks kept, 88 to fetch"
        retries = 4_000_000_000
        version = RemoteVersion(
            size: .max,
            validator: Validator(
                entityTag: EntityTag(opaque: "\"a\\b\"", isWeak: true),
                lastModified: "Sun, 06 Nov 1994 08:49:37 GMT", lastModifiedIsStrong: true),
            contentEncoding: "gzip", address: "https://mirror.example.org/1?a=b", isResumable: true,
            digest: String(repeating: "0f", count: 32),
            checksum: ObjectChecksum(
                algorithm: .crc64nvme, value: "ae8b14860a799888",
                parts: ObjectChecksum.Parts(size: .max, count: 10_000)),
            chunkSize: .max)
        upload = UploadBookmark(
            key: "0b9c2f-'ü\"", address: "https://example.org/uploads/\u{1F4BE}?a=b", source: .extreme,
            chunkSize: ChunkPlan.maximumSize, begunAt: WallTime(milliseconds: .max))
        abandoned = ["s3://b/ü'\n\"?1", ""]
        finalPath = "/downloads/1.iso"
        part = FileIdentity(device: .max, inode: 1 << 63, born: .max)
        sha256 = String(repeating: "cd", count: 32)
    }
}

extension SourceIdentity {
    /// Numbers that only fit if none of their bits is lost.
    static let extreme = SourceIdentity(device: .max, inode: 1 << 63, size: ChunkPlan.maximumSize, modified: .min)
}

extension Attempt {
    static func sample(_ chunk: Int, at time: Int64, _ outcome: Outcome = .success) -> Attempt {
        Attempt(
            chunk: chunk, startedAt: WallTime(milliseconds: time), timeToFirstByte: .nanoseconds(1),
            duration: .seconds(3), bytes: 5, status: 206, outcome: outcome)
    }
}

extension SQLiteStore {
    func pragma(_ name: String) throws -> String? {
        try read { db in try String.fetchOne(db, sql: "PRAGMA \(name)") }
    }

    /// All that the schema consists of, for comparison.
    func schema() throws -> [String] {
        try read { db in
            try String.fetchAll(db, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        }
    }
}
