import TransferCore

/// What is known of all uploads: the truth about them, in whole transactions that survive a power cut.
///
/// All calls block. Those that change something are made by one thread at a time.
protocol UploadLedger: Sendable {
    /// The upload of that id, whoever owns it and whatever became of it.
    func upload(_ id: UploadID) throws -> UploadRecord?

    /// What an earlier registration with the same key has made.
    func registered(key: String, owner: Owner) throws -> (registration: Registration, upload: UploadRecord)?

    /// How many unfinished uploads the owner has.
    func openUploads(of owner: Owner) throws -> Int

    /// Adds an upload. The key of the record is ignored; the answer has the right one.
    func register(
        _ upload: UploadRecord, as registration: Registration, idempotencyKey: String?, at time: WallTime
    ) throws -> UploadRecord

    /// The digest of a chunk; `nil` if it was not received.
    func chunk(_ index: Int, of upload: Int64) throws -> ChunkDigest?

    /// All received chunks.
    func received(_ upload: Int64) throws -> ChunkRanges

    /// Adds chunks in one transaction, which also counts as activity of their uploads.
    ///
    /// - Returns: The next expected chunk of each upload.
    func record(_ chunks: [ReceivedChunk], at time: WallTime) throws -> [Int64: Int]

    /// Changes the status.
    func setStatus(_ status: UploadStage, of upload: Int64, at time: WallTime) throws

    /// Makes an upload complete.
    ///
    /// - Parameter version: The version of the finished file that `sha256` is the digest of.
    func complete(_ upload: Int64, sha256: ChunkDigest?, version: FileVersion?, at time: WallTime) throws

    /// Leaves nothing but the memory of an upload, or nothing at all if it is complete.
    func end(_ upload: Int64, as status: UploadStage, at time: WallTime) throws

    /// Forgets all chunks, since their file was lost and another took its place.
    func restart(_ upload: Int64, with file: InodeIdentity) throws

    /// The digest of a finished file, if that very version of it was uploaded here.
    func digest(of name: FileName, owner: Owner, version: FileVersion) throws -> ChunkDigest?

    /// The unfinished uploads, all of them or those without activity after `time`.
    func unfinished(since time: WallTime?) throws -> [UploadRecord]

    /// Forgets what ended before `time`.
    func forget(before time: WallTime) throws

    /// Writes everything back and closes. No call comes after it.
    func close() throws
}
