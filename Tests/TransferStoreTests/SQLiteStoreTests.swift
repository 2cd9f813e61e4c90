import GRDB
import Glibc
import TestSupport
import Testing
import TransferCore

@testable import TransferStore

@Suite("The database file")
struct SQLiteStoreTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("carryon.db")
    }

    @Test("is its owner's alone, with the two files beside it")
    func permissions() throws {
        let store = try SQLiteStore(path: path)
        _ = try store.insert([.sample()], at: WallTime(milliseconds: 0))
        let names = try folder.names()
        #expect(names == ["carryon.db", "carryon.db-shm", "carryon.db-wal"])
        for name in names { #expect(mode(folder.path(name)) == 0o600, "\(name)") }
        try store.close()
        #expect(try folder.names() == ["carryon.db"])
    }

    @Test("becomes private if it was not")
    func madePrivate() throws {
        try SQLiteStore(path: path).close()
        try folder.write([], to: "carryon.db-wal")
        for name in try folder.names() { #expect(chmod(folder.path(name), 0o644) == 0) }
        let store = try SQLiteStore(path: path)
        #expect(mode(path) == 0o600 && mode(path + "-wal") == 0o600)
        try store.close()
    }

    @Test("holds no address that a server has signed for somebody")
    func signedAddresses() throws {
        let store = try SQLiteStore(path: path)
        var record = try store.insert([.sample()], at: WallTime(milliseconds: 0))[0]
        record.fill()
        record.version?.address = "https://b.s3.amazonaws.com/k?X-Amz-Expires=600&X-Amz-Signature=0123abcd"
        try store.commit(.with { $0.records = [record] })
        #expect(try store.loadQueue().map(\.version?.address) == [record.source])
        try store.close()
        #expect(try !folder.read("carryon.db").contains(Array("0123abcd".utf8)))
    }

    @Test("is written through at each commit, with foreign keys")
    func pragmas() throws {
        let store = try SQLiteStore(path: path)
        #expect(try store.pragma("journal_mode") == "wal")
        #expect(try store.pragma("synchronous") == "2")
        #expect(try store.pragma("foreign_keys") == "1")
        try store.close()
    }

    @Test("has all that was committed when the process is killed")
    func crash() throws {
        let store = try SQLiteStore(path: path)
        var records = try store.insert((0..<300).map { .sample($0) }, at: WallTime(milliseconds: 5))
        for index in records.indices {
            records[index].fill()
            try store.commit(
                .with {
                    $0.records = [records[index]]
                    $0.chunks[records[index].id] = [ChunkBookmark(index: index, bytes: 1, checksum: 2)]
                    $0.attempts[records[index].id] = [.sample(index, at: 0)]
                })
            guard index % 100 == 0 else { continue }
            // What is in the files at this moment is what a killed process leaves.
            let copy = try TemporaryFolder()
            for name in ["carryon.db", "carryon.db-wal"] { try copy.write(folder.read(name), to: name) }
            let found = try SQLiteStore(path: copy.path("carryon.db"))
            #expect(try found.loadQueue() == records)
            for (number, record) in records[...index].enumerated() {
                #expect(try found.loadChunks(of: record.id).map(\.index) == [number])
                #expect(try found.loadAttempts(of: record.id).map(\.chunk) == [number])
            }
            try found.close()
        }
        try store.close()
    }

    @Test("of a newer version is refused and left as it is")
    func newer() throws {
        let store = try SQLiteStore(path: path)
        let records = try store.insert([.sample()], at: WallTime(milliseconds: 5))
        try store.close()
        try tamper(with: path, "INSERT INTO grdb_migrations VALUES ('v9: from tomorrow')")
        let error = #expect(throws: StoreError.self) { try SQLiteStore(path: path) }
        #expect(error?.kind == .newerVersion)
        #expect(error?.description.contains(path) == true)
        try tamper(with: path, "DELETE FROM grdb_migrations WHERE identifier LIKE 'v9%'")
        #expect(try SQLiteStore(path: path).loadQueue() == records)
    }

    @Test("of another program is refused")
    func foreign() throws {
        try tamper(with: path, "CREATE TABLE recipes (name TEXT)")
        #expect(throws: StoreError.self) { try SQLiteStore(path: path) }
    }

    @Test("is refused if it is none", arguments: [2, 99, 100, 5000])
    func garbage(size: Int) throws {
        let garbage = [UInt8](repeating: 0x5A, count: size)
        try folder.write(garbage, to: "carryon.db")
        let error = #expect(throws: StoreError.self) { try SQLiteStore(path: path) }
        #expect(error?.kind == .damaged)
        #expect(error?.description.contains("the database \(path) is damaged") == true)
        #expect(try folder.read("carryon.db") == garbage)
    }

    @Test("may be empty")
    func empty() throws {
        try folder.write([], to: "carryon.db")
        #expect(try SQLiteStore(path: path).loadQueue().isEmpty)
    }

    @Test("that is a folder or a link is refused, and one without a folder")
    func notAFile() throws {
        #expect(throws: StoreError.self) { try SQLiteStore(path: folder.makeFolder("folder")) }
        #expect(symlink("nowhere", folder.path("link")) == 0)
        #expect(throws: StoreError.self) { try SQLiteStore(path: folder.path("link")) }
        #expect(throws: StoreError.self) { try SQLiteStore(path: folder.path("none/carryon.db")) }
    }

    @Test("with spoiled pages gives an error that names it")
    func spoiled() throws {
        let store = try SQLiteStore(path: path)
        _ = try store.insert((0..<1000).map { .sample($0) }, at: WallTime(milliseconds: 5))
        try store.close()
        var bytes = try folder.read("carryon.db")
        for index in bytes.indices.dropFirst(8192) where index % 512 < 64 { bytes[index] = 0xA7 }
        try folder.write(bytes, to: "carryon.db")
        let error = #expect(throws: StoreError.self) { try SQLiteStore(path: path).loadQueue() }
        #expect(error?.kind == .damaged)
        #expect(error?.description.contains(path) == true)
    }

    @Test(
        "with senseless values gives an error that names it",
        arguments: [
            "state = 'dancing'", "direction = 'sideways'", "options = '{'", "options = '[]'", "errorCode = 'bad-luck'",
            "chunkSize = 0", "chunkSize = 4096", "bytesDone = -1", "chunksDone = -1", "retries = -1", "partDevice = 1",
        ])
    func senseless(change: String) throws {
        let store = try SQLiteStore(path: path)
        _ = try store.insert([.sample()], at: WallTime(milliseconds: 5))
        try tamper(with: path, "UPDATE transfers SET \(change)")
        let error = #expect(throws: StoreError.self) { try store.loadQueue() }
        #expect(error?.kind == .damaged)
        #expect(error?.description.contains(path) == true)
    }

    @Test("with values of another type gives an error instead of a crash")
    func types() throws {
        let store = try SQLiteStore(path: path)
        let id = try store.insert([.sample()], at: WallTime(milliseconds: 5))[0].id
        try store.commit(.with { $0.chunks[id] = [ChunkBookmark(index: 0, bytes: 1, checksum: 1)] })
        try store.commit(.with { $0.attempts[id] = [.sample(0, at: 0)] })
        try tamper(with: path, "UPDATE chunks SET checksum = 4294967296; UPDATE attempts SET errorCode = 'x'")
        #expect(throws: StoreError.self) { try store.loadChunks(of: id) }
        #expect(throws: StoreError.self) { try store.loadAttempts(of: id) }
        // Without STRICT any type can stand in any column, as in a damaged file.
        try tamper(
            with: path,
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = replace(sql, ') STRICT', ')') WHERE name = 'transfers';
            PRAGMA writable_schema = RESET;
            UPDATE transfers SET source = x'', createdAt = 'soon';
            """)
        try store.close()
        #expect(throws: StoreError.self) { try SQLiteStore(path: path).loadQueue() }
    }

    @Test("without room for a batch stays as it was")
    func full() throws {
        let store = try SQLiteStore(path: path)
        let records = try store.insert([.sample()], at: WallTime(milliseconds: 5))
        _ = try store.pragma("max_page_count = 12")
        let wishes = (0..<5000).map { NewTransfer.sample($0) }
        let error = #expect(throws: StoreError.self) { try store.insert(wishes, at: WallTime(milliseconds: 5)) }
        #expect(error?.kind == .diskFull)
        #expect(try store.loadQueue() == records)
        _ = try store.pragma("max_page_count = 100000")
        #expect(try store.insert(wishes, at: WallTime(milliseconds: 5)).count == wishes.count)
        try store.close()
    }

    @Test("takes a transfer with its bookmark, or neither")
    func withBookmark() throws {
        let store = try SQLiteStore(path: path)
        let id = try store.insert(.sample(), at: WallTime(milliseconds: 5)) { record in
            .with { $0.chunks[record.id] = [ChunkBookmark(index: 3, bytes: 1, checksum: 2)] }
        }
        #expect(try store.loadQueue().map(\.id) == [id])
        #expect(try store.loadChunks(of: id).map(\.index) == [3])
        _ = try store.pragma("max_page_count = 20")
        #expect(throws: StoreError.self) {
            try store.insert(.sample(2), at: WallTime(milliseconds: 5)) { record in
                .with { $0.chunks[record.id] = (0..<50_000).map { ChunkBookmark(index: $0, bytes: 1, checksum: 2) } }
            }
        }
        #expect(try store.loadQueue().map(\.id) == [id])
        try store.close()
    }

    @Test("that another program is writing to is not waited for long")
    func busy() throws {
        let store = try SQLiteStore(path: path)
        let other = try DatabaseQueue(path: path)
        try other.inTransaction(.immediate) { _ in
            let error = #expect(throws: StoreError.self) {
                try store.insert([.sample()], at: WallTime(milliseconds: 0))
            }
            #expect(error?.kind == .busy)
            return .rollback
        }
        try other.close()
        #expect(try store.insert([.sample()], at: WallTime(milliseconds: 0)).count == 1)
    }

    @Test("serves several threads")
    func threads() async throws {
        let store = try SQLiteStore(path: path)
        try await withThrowingTaskGroup { group in
            for number in 0..<4 {
                group.addTask {
                    try await onOwnThread {
                        for _ in 0..<25 { _ = try store.insert([.sample(number)], at: WallTime(milliseconds: 0)) }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(Set(try store.loadQueue().map(\.id)).count == 100)
        try store.close()
    }

    @Test("answers no more once it is closed")
    func closed() throws {
        let store = try SQLiteStore(path: path)
        try store.close()
        #expect(throws: StoreError.self) { try store.loadQueue() }
        #expect(throws: StoreError.self) { try store.insert([.sample()], at: WallTime(milliseconds: 0)) }
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }
}
