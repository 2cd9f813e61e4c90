import GRDB
import TransferCore

/// The table `attempts`, which keeps the newest attempts only.
enum AttemptRows {
    private static let columns = """
        chunk, startedAt, timeToFirstByte, duration, bytes, status, errorCode, errorDetail
        """
    private static let select = "SELECT \(columns) FROM attempts WHERE transferId = ? ORDER BY id"
    private static let insert = "INSERT INTO attempts (transferId, \(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    private static let pruneChunk = """
        DELETE FROM attempts WHERE transferId = ?1 AND chunk = ?2 AND id <= (
            SELECT id FROM attempts WHERE transferId = ?1 AND chunk = ?2
            ORDER BY id DESC LIMIT 1 OFFSET \(AttemptLimits.perChunk))
        """
    private static let pruneTransfer = """
        DELETE FROM attempts WHERE transferId = ?1 AND id <= (
            SELECT id FROM attempts WHERE transferId = ?1
            ORDER BY id DESC LIMIT 1 OFFSET \(AttemptLimits.perTransfer))
        """

    static func load(_ db: Database, of id: TransferID) throws -> [Attempt] {
        var attempts: [Attempt] = []
        let rows = try Row.fetchCursor(db.cachedStatement(sql: select), arguments: [id.rawValue])
        while let next = try rows.next() {
            let row = StoredRow(next, of: "attempts")
            attempts.append(
                Attempt(
                    chunk: Int(try row.count(0)), startedAt: WallTime(milliseconds: try row.integer(1)),
                    timeToFirstByte: try row.optionalInteger(2).map(Duration.nanoseconds),
                    duration: .nanoseconds(try row.integer(3)), bytes: try row.count(4),
                    status: try row.optionalInteger(5).map(Int.init),
                    outcome: try row.error(code: 6, detail: 7).map(Attempt.Outcome.failure) ?? .success))
        }
        return attempts
    }

    /// Adds attempts and drops the oldest beyond the limits.
    static func add(_ db: Database, _ attempts: [Attempt], to id: TransferID) throws {
        let insert = try db.cachedStatement(sql: insert)
        for attempt in attempts {
            let error = attempt.outcome.error
            insert.setUncheckedArguments([
                id.rawValue, attempt.chunk, attempt.startedAt.milliseconds, attempt.timeToFirstByte?.nanoseconds,
                attempt.duration.nanoseconds, attempt.bytes, attempt.status, error?.code.rawValue,
                error?.detail.description,
            ])
            try insert.execute()
        }
        for chunk in Set(attempts.map(\.chunk)) {
            try db.cachedStatement(sql: pruneChunk).execute(arguments: [id.rawValue, chunk])
        }
        try db.cachedStatement(sql: pruneTransfer).execute(arguments: [id.rawValue])
    }
}

/// How many attempts are kept: enough to see what goes wrong, not so many that a bad night fills the disk.
enum AttemptLimits {
    static let perChunk = 20
    static let perTransfer = 500
}
