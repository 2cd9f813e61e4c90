import GRDB
import Glibc
import Synchronization
import TransferCore

/// The queue in one SQLite file. Every acknowledged change survives a crash and a power cut.
///
/// Only the process that holds the ``EngineLock`` may open it: SQLite before 3.51.3 can lose data when two connections
/// write.
public final class SQLiteStore: BookmarkStore {
    /// The database file.
    public let path: String
    // Nothing once closed, since GRDB crashes when it is asked then.
    private let queue: Mutex<DatabaseQueue?>

    /// Opens the database and brings it up to date, or creates it for its owner alone. Its folder must exist.
    public init(path: String) throws {
        self.path = path
        try Self.createPrivately(path)
        let opened = try Self.naming(path) {
            let opened = try DatabaseQueue(path: path, configuration: Self.configuration)
            try Self.migrate(opened, path: path)
            return opened
        }
        queue = Mutex(opened)
    }

    /// Writes the log back into the database file and closes both. Any later call but this one fails.
    public func close() throws {
        try queue.withLock { queue in
            try Self.naming(path) { try queue?.close() }
            queue = nil
        }
    }

    public func loadQueue() throws -> [TransferRecord] {
        try read { db in
            var records: [TransferRecord] = []
            records.reserveCapacity(try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM transfers") ?? 0)
            var options = OptionsCoder()
            let rows = try Row.fetchCursor(db.cachedStatement(sql: TransferColumn.selectAll))
            while let row = try rows.next() {
                records.append(try TransferRecord(StoredRow(row, of: "transfers"), &options))
            }
            return records
        }
    }

    public func loadChunks(of id: TransferID) throws -> [ChunkBookmark] {
        try read { db in try ChunkRows.load(db, of: id) }
    }

    public func loadChunk(_ index: Int, of id: TransferID) throws -> ChunkBookmark? {
        try read { db in try ChunkRows.load(db, index, of: id) }
    }

    public func loadAttempts(of id: TransferID) throws -> [Attempt] {
        try read { db in try AttemptRows.load(db, of: id) }
    }

    public func insert(_ wishes: [NewTransfer], at time: WallTime) throws -> [TransferRecord] {
        guard !wishes.isEmpty else { return [] }
        return try write { db in
            var options = OptionsCoder()
            return try wishes.map { try Self.insert($0, at: time, db, &options) }
        }
    }

    /// Appends a transfer that has begun elsewhere to the queue, with all that is known of it: all of it or none of it.
    ///
    /// - Parameter known: What is to become durable with the transfer that it is given.
    /// - Returns: Its id.
    public func insert(
        _ wish: NewTransfer, at time: WallTime, with known: (TransferRecord) -> StoreBatch
    ) throws -> TransferID {
        try write { db in
            var options = OptionsCoder()
            let record = try Self.insert(wish, at: time, db, &options)
            try BatchWriter(db: db).write(known(record))
            return record.id
        }
    }

    private static func insert(
        _ wish: NewTransfer, at time: WallTime, _ db: Database, _ options: inout OptionsCoder
    ) throws -> TransferRecord {
        // The id in here is made up: the database gives the real one.
        let draft = TransferRecord(id: TransferID(0), wish: wish, createdAt: time)
        let statement = try db.cachedStatement(sql: TransferColumn.insertWish)
        statement.setUncheckedArguments(try draft.arguments(TransferColumn.wish, &options))
        try statement.execute()
        return TransferRecord(id: TransferID(db.lastInsertedRowID), wish: wish, createdAt: time)
    }

    public func commit(_ batch: StoreBatch) throws {
        guard !batch.isEmpty else { return }
        try write { db in try BatchWriter(db: db).write(batch) }
    }

    func read<Value: Sendable>(_ body: (Database) throws -> Value) throws -> Value {
        try withQueue { try $0.read(body) }
    }

    private func write<Value: Sendable>(_ body: (Database) throws -> Value) throws -> Value {
        try withQueue { try $0.write(body) }
    }

    private func withQueue<Value: Sendable>(_ body: (DatabaseQueue) throws -> Value) throws -> Value {
        try queue.withLock { queue in
            guard let queue else { throw StoreError(.failed, path: path, "the database \(path) is closed") }
            return try Self.naming(path) { try body(queue) }
        }
    }
}

extension SQLiteStore {
    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "carryon"
        configuration.foreignKeysEnabled = true
        // Nobody else should have it open, save a person with a SQLite shell.
        configuration.busyMode = .timeout(0.5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        }
        return configuration
    }

    /// Makes the file readable for its owner alone, whatever the umask; SQLite's own files beside it follow its mode.
    private static func createPrivately(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor >= 0 {
            defer { Glibc.close(descriptor) }
            guard fchmod(descriptor, 0o600) == 0 else { throw .system(path: path, "make \(path) private") }
            return
        }
        guard errno == EEXIST else { throw .system(path: path, "create the database \(path)") }
        // By name and not by descriptor: closing one would drop the locks of a connection in this process.
        var status = stat()
        guard lstat(path, &status) == 0 else { throw .system(path: path, "open the database \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreError(.failed, path: path, "\(path) is not a file, so the queue cannot be kept in it")
        }
        guard status.st_mode & 0o077 != 0 else { return }
        guard chmod(path, 0o600) == 0 else { throw .system(path: path, "make \(path) private") }
        // A killed process may have left these, with the mode that the database had then.
        for companion in ["\(path)-wal", "\(path)-shm"] { _ = chmod(companion, 0o600) }
    }

    private static func migrate(_ queue: DatabaseQueue, path: String) throws {
        try queue.read { db in
            guard try !migrator.hasBeenSuperseded(db) else {
                throw StoreError(
                    .newerVersion, path: path,
                    "a newer version of carryon wrote the database \(path): use that version, or another --state")
            }
            if try !db.tableExists("grdb_migrations"),
                try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master)") ?? false
            {
                throw StoreError(.damaged, path: path, "\(path) is the database of another program")
            }
        }
        try migrator.migrate(queue)
    }

    /// Gives every error a sentence that names the database.
    private static func naming<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        } catch let damage as RowDamage {
            throw StoreError.damaged(path, damage.description)
        }
    }
}
