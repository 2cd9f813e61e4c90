PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO grdb_migrations VALUES('v1: transfers, chunks, attempts');
INSERT INTO grdb_migrations VALUES('v2: uploads');
INSERT INTO grdb_migrations VALUES('v3: object stores');
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
, uploadKey TEXT, uploadAddress TEXT, sourceDevice INTEGER, sourceInode INTEGER, sourceSize INTEGER, sourceModified INTEGER, uploadChunkSize INTEGER, uploadBegunAt INTEGER, objectChecksum TEXT, abandonedUploads TEXT) STRICT;
INSERT INTO transfers VALUES(1,'upload','/home/jane/größe ''x''; --.bin','https://example.org/💾','{"certificateAuthorities":"/etc/ca.pem","chunkSize":9223372036854775807,"connections":64,"headers":[{"name":"Authorization","value":"Basic \"ü\\/"},{"name":"X-Empty","value":""}],"insecure":true,"netrc":true,"overwrite":true,"sha256":"abababababababababababababababababababababababababababababababab"}',1700000000000,'failed',9223372036854775807,'digest-mismatch','expected \x1b[31m, got ''b''','ETag unchanged, 812 of 900 chunks kept, 88 to fetch',4000000000,9223372036854775807,'"a\b"',1,'Sun, 06 Nov 1994 08:49:37 GMT',1,'gzip','https://mirror.example.org/1?a=b',1,'0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f',9223372036854775807,'/downloads/1.iso',-1,-9223372036854775808,9223372036854775807,7,1,'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','0b9c2f-''ü"','https://example.org/uploads/💾?a=b',-1,-9223372036854775808,70368744177664,-9223372036854775808,70368744177664,9223372036854775807,'CRC64NVME:ae8b14860a799888:9223372036854775807:10000','["s3://b/ü''\n\"?1",""]');
INSERT INTO transfers VALUES(3,'download','https://example.org/files/3.iso','/downloads/',NULL,1700000000000,'queued',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE chunks (
    transferId INTEGER NOT NULL REFERENCES transfers(id) ON DELETE CASCADE,
    idx INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    checksum INTEGER NOT NULL, receipt TEXT, entityTag TEXT, storedAt INTEGER,
    PRIMARY KEY (transferId, idx)
) STRICT, WITHOUT ROWID;
INSERT INTO chunks VALUES(1,0,4,4294967295,NULL,NULL,NULL);
INSERT INTO chunks VALUES(1,5,3,0,'ab','W/"ü''"',1700000000000);
INSERT INTO chunks VALUES(1,6,3,0,NULL,'',NULL);
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
INSERT INTO attempts VALUES(1,1,0,11,1,3000000000,5,206,'stalled','no byte for 30 s');
INSERT INTO attempts VALUES(2,1,0,12,1,3000000000,5,206,NULL,NULL);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('transfers',5);
CREATE INDEX attempts_by_chunk ON attempts (transferId, chunk);
COMMIT;
