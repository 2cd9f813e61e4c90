import GRDB

/// The tables of the ledger.
enum LedgerSchema {
    /// The way from an empty file to the schema of this version. A step that was released is never changed.
    static let migrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1: uploads, chunks") { db in try db.execute(sql: version1) }
        migrator.registerMigration("v2: object stores") { db in try db.execute(sql: version2) }
        return migrator
    }()

    // Times are milliseconds since 1970. Unsigned 64-bit numbers keep their bits. `nextExpectedChunk` and
    // `receivedCount` follow from the chunks; they change in the same transactions, so that neither a status nor an
    // acknowledgement counts a million rows.
    private static let version1 = """
        CREATE TABLE uploads (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            uploadId TEXT NOT NULL UNIQUE,
            owner TEXT NOT NULL,
            name TEXT NOT NULL,
            size INTEGER NOT NULL,
            chunkSize INTEGER NOT NULL,
            sha256 BLOB,
            status TEXT NOT NULL,
            inode INTEGER NOT NULL,
            birthTime INTEGER NOT NULL,
            nextExpectedChunk INTEGER NOT NULL DEFAULT 0,
            receivedCount INTEGER NOT NULL DEFAULT 0,
            idempotencyKey TEXT,
            wantedChunkSize INTEGER,
            wantedSha256 BLOB,
            fileSeconds INTEGER,
            fileNanoseconds INTEGER,
            createdAt INTEGER NOT NULL,
            activeAt INTEGER NOT NULL,
            endedAt INTEGER
        ) STRICT;

        CREATE UNIQUE INDEX uploads_by_idempotency_key ON uploads (owner, idempotencyKey)
            WHERE idempotencyKey IS NOT NULL;
        CREATE INDEX open_uploads ON uploads (owner, activeAt) WHERE endedAt IS NULL;
        CREATE INDEX ended_uploads ON uploads (endedAt) WHERE endedAt IS NOT NULL;
        CREATE INDEX uploads_by_name ON uploads (owner, name);

        CREATE TABLE chunks (
            upload INTEGER NOT NULL REFERENCES uploads(key) ON DELETE CASCADE,
            idx INTEGER NOT NULL,
            sha256 BLOB NOT NULL,
            PRIMARY KEY (upload, idx)
        ) STRICT, WITHOUT ROWID;
        """

    // Of uploads whose bytes are in an object store: the address of the object, what the store calls the upload once it
    // was told of it, whether it keeps checksums of the parts, and when it was last asked to begin it. No two rows can
    // be one upload of the store. `home` has one row at most: the store that all of this is about.
    private static let version2 = """
        ALTER TABLE uploads ADD COLUMN objectAddress TEXT;
        ALTER TABLE uploads ADD COLUMN storeUpload TEXT;
        ALTER TABLE uploads ADD COLUMN hasStoreChecksums INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE uploads ADD COLUMN attemptedAt INTEGER;
        ALTER TABLE chunks ADD COLUMN entityTag TEXT;

        CREATE UNIQUE INDEX uploads_by_store_upload ON uploads (objectAddress, storeUpload)
            WHERE storeUpload IS NOT NULL;

        CREATE TABLE home (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            endpoint TEXT NOT NULL
        ) STRICT;
        """
}
