import TransferCore
import WireProtocols

/// What is known of all uploads: the truth about them, in whole transactions that survive a power cut.
///
/// All calls block. Those that change something are made by one thread at a time; they throw
/// ``StorageError/noRoom`` if the disk is full, and ``LedgerConflict`` if what they add contradicts what is there.
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

    /// The received chunks, in `limit` ranges at most: the first ones.
    func received(_ upload: Int64, limit: Int) throws -> ChunkRanges

    /// What proves that the store has a chunk; `nil` if it was not reported.
    func receipt(_ index: Int, of upload: Int64) throws -> ChunkReceipt?

    /// All such proofs, in the order of the chunks.
    func receipts(of upload: Int64) throws -> [ChunkReceipt]

    /// Adds chunks in one transaction, which also counts as activity of their uploads.
    ///
    /// - Returns: The next expected chunk of each upload.
    func record(_ chunks: [ReceivedChunk], at time: WallTime) throws -> [Int64: Int]

    /// Puts another name of the same content in place of what the store called a chunk before.
    func rename(_ chunk: ReceivedChunk, at time: WallTime) throws

    /// Forgets chunks that the store does not have as they were reported, unless they were reported anew since.
    func forget(_ receipts: [ChunkReceipt], of upload: Int64) throws

    /// The store is about to be asked to begin an upload, which it may do without anybody here hearing of it. Throws
    /// ``LedgerConflict`` unless that is still to be done.
    func attempt(_ upload: Int64, hasChecksums: Bool, at time: WallTime) throws

    /// The store knows of an upload from here on: it is in progress. Throws ``LedgerConflict`` if the upload has begun
    /// or ended before, and if another one is the same to the store.
    func begin(_ upload: Int64, as object: StoreUpload, at time: WallTime) throws

    /// What the store calls the unfinished uploads to an object.
    func storeUploads(to location: S3Location) throws -> Set<String>

    /// Whether the store may have begun another upload to the same object, of which it is not known here what the store
    /// calls it.
    func isContested(_ upload: UploadRecord) throws -> Bool

    /// The store that all this is about; `nil` before one is named.
    func endpoint() throws -> String?

    func setEndpoint(_ endpoint: String) throws

    /// All chunks are there, and the file is about to get its name.
    ///
    /// - Parameter sha256: What the whole file must have; it stays known if a crash comes before ``complete``.
    func beginAssembly(of upload: Int64, expecting sha256: ChunkDigest?, at time: WallTime) throws

    /// The file did not get its name: everything is as it was before ``beginAssembly``.
    func abandonAssembly(of upload: Int64, at time: WallTime) throws

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

    /// The unfinished uploads, all of them or those without activity after `time`. Rows that make no sense are left
    /// out.
    func unfinished(since time: WallTime?) throws -> [UploadRecord]

    /// The ids of all unfinished uploads, also of those whose rows make no sense.
    func unfinishedIDs() throws -> Set<String>

    /// Forgets what ended before `time`.
    func forget(before time: WallTime) throws

    /// Writes everything back and closes. No call comes after it.
    func close() throws
}

extension UploadLedger {
    /// Throws ``DataFolderError`` if there are unfinished uploads whose bytes are elsewhere. Otherwise they are here from
    /// now on.
    ///
    /// - Parameters:
    ///   - bucket: Where they are to be; `nil` for the data folder.
    ///   - endpoint: The store that has the bucket.
    ///   - folder: Its path, for people.
    func checkHome(_ bucket: String?, endpoint: String? = nil, folder: String) throws {
        let unfinished = try unfinished(since: nil)
        if let stranger = unfinished.first(where: { $0.object?.location.bucket != bucket }) {
            throw Self.elsewhere(
                stranger.object.map { "in the bucket \($0.location.bucket)" } ?? "in the folder itself", folder)
        }
        guard let endpoint else { return }
        if let known = try self.endpoint(), known != endpoint, !unfinished.isEmpty {
            throw Self.elsewhere("at the store \(known), not at \(endpoint)", folder)
        }
        try setEndpoint(endpoint)
    }

    private static func elsewhere(_ place: String, _ folder: String) -> DataFolderError {
        DataFolderError(
            "\(folder) has unfinished uploads whose chunks are \(place): serve those first, or name another folder")
    }
}

/// Something cannot be recorded, because it contradicts what the ledger has.
struct LedgerConflict: Error {
    var reason: String
}
