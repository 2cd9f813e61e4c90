import GRDB

extension SQLiteStore {
    /// The way from an empty file to the schema of this version. A step that was released is never changed.
    static let migrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1: transfers, chunks, attempts") { db in
            try db.execute(sql: version1)
        }
        // No table is made anew, so that no row has to be looked up for its foreign key.
        migrator.registerMigration("v2: uploads", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: version2)
        }
        migrator.registerMigration("v3: object stores", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: version3)
        }
        return migrator
    }()

    // Times are milliseconds since 1970, durations nanoseconds. Unsigned 64-bit numbers keep their bits. AUTOINCREMENT
    // because an id that was shown must never come to mean another transfer.
    private static let version1 = """
        CREATE TABLE transfers (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            direction TEXT NOT NULL,
            source TEXT NOT NULL,
            destination TEXT NOT NULL,
            options TEXT,
            createdAt INTEGER NOT NULL,
            state TEXT NOT NULL,
            finishedAt INTEGER,
            errorCode TEXT,
            errorDetail TEXT,
            explanation TEXT,
            retries INTEGER NOT NULL DEFAULT 0,
            size INTEGER,
            entityTag TEXT,
            entityTagIsWeak INTEGER,
            lastModified TEXT,
            lastModifiedIsStrong INTEGER,
            contentEncoding TEXT,
            address TEXT,
            isResumable INTEGER,
            digest TEXT,
            chunkSize INTEGER,
            finalPath TEXT,
            partDevice INTEGER,
            partInode INTEGER,
            partBorn INTEGER,
            bytesDone INTEGER NOT NULL DEFAULT 0,
            chunksDone INTEGER NOT NULL DEFAULT 0,
            sha256 TEXT
        ) STRICT;

        CREATE TABLE chunks (
            transferId INTEGER NOT NULL REFERENCES transfers(id) ON DELETE CASCADE,
            idx INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (transferId, idx)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE attempts (
            id INTEGER PRIMARY KEY,
            transferId INTEGER NOT NULL REFERENCES transfers(id) ON DELETE CASCADE,
            chunk INTEGER NOT NULL,
            startedAt INTEGER NOT NULL,
            timeToFirstByte INTEGER,
            duration INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            status INTEGER,
            errorCode TEXT,
            errorDetail TEXT
        ) STRICT;

        CREATE INDEX attempts_by_chunk ON attempts (transferId, chunk);
        """

    // The bookmark of an upload is in all of its columns or in none; only its address may come later. sourceModified is
    // in nanoseconds since 1970.
    private static let version2 = """
        ALTER TABLE transfers ADD COLUMN uploadKey TEXT;
        ALTER TABLE transfers ADD COLUMN uploadAddress TEXT;
        ALTER TABLE transfers ADD COLUMN sourceDevice INTEGER;
        ALTER TABLE transfers ADD COLUMN sourceInode INTEGER;
        ALTER TABLE transfers ADD COLUMN sourceSize INTEGER;
        ALTER TABLE transfers ADD COLUMN sourceModified INTEGER;
        ALTER TABLE transfers ADD COLUMN uploadChunkSize INTEGER;
        ALTER TABLE chunks ADD COLUMN receipt TEXT;
        """

    // `abandonedUploads` is a JSON array of addresses; empty where there are none.
    // `receipt` is the SHA-256 of a receipt; it keeps its name. A chunk without any of the three has no receipt.
    private static let version3 = """
        ALTER TABLE transfers ADD COLUMN uploadBegunAt INTEGER;
        ALTER TABLE transfers ADD COLUMN objectChecksum TEXT;
        ALTER TABLE transfers ADD COLUMN abandonedUploads TEXT;
        ALTER TABLE chunks ADD COLUMN entityTag TEXT;
        ALTER TABLE chunks ADD COLUMN storedAt INTEGER;
        """
}
