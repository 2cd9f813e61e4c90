import TransferCore

/// Where the bytes of uploads are kept. All calls block; they throw ``StorageError``.
protocol ChunkStorage: Sendable {
    /// Makes the file of a new upload, as long as the whole is to be but without any blocks. Its name is durable.
    func create(_ id: UploadID, size: Int64) throws(StorageError) -> InodeIdentity

    /// Opens the file of an upload.
    func open(_ id: UploadID) throws(StorageError) -> any ChunkFile

    /// What the file of an upload is, if there is one of that size. Throws if that cannot be found out.
    func identity(of id: UploadID, size: Int64) throws(StorageError) -> InodeIdentity?

    /// Moves what lies in the place of an upload's file to where it is out of the way, if there is anything.
    ///
    /// - Returns: Where it is now, for people.
    func setAside(_ id: UploadID) throws(StorageError) -> String?

    /// Deletes the file of an upload, if there is one.
    func remove(_ id: UploadID) throws(StorageError)

    /// The names of all files where uploads are kept; folders are not ours.
    func names() throws(StorageError) -> [String]

    /// Deletes what is not an upload's, by a name from ``names()``.
    func removeStray(_ name: String) throws(StorageError)

    /// Whether a finished file, or a folder, stands in the way of that name.
    func isTaken(_ name: FileName, of owner: Owner) throws(StorageError) -> Bool

    /// Gives the file of an upload its final name, never that of another file, and makes that durable. Can be repeated
    /// after it failed on the way.
    func publish(_ upload: UploadRecord) throws(StorageError)

    /// The finished file of that name, if there is one. Throws if that cannot be found out.
    func published(_ name: FileName, of owner: Owner) throws(StorageError) -> FileVersion?

    /// What can still be written, in bytes.
    func freeBytes() throws(StorageError) -> Int64
}

/// An open file that takes chunks in place. All calls block. Writes of different ranges may run at the same time.
protocol ChunkFile: AnyObject, Sendable {
    /// Gives real blocks to a range that is about to be written, where the file system can.
    func reserve(_ range: ByteRange) throws(StorageError)

    /// Writes all of the bytes.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(StorageError)

    /// Reads up to the end of the buffer or of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(StorageError) -> Int

    /// Makes all that was written durable.
    func sync() throws(StorageError)
}

extension ChunkStorage {
    /// The finished file of an upload, if it has its name already.
    func published(_ upload: UploadRecord) throws(StorageError) -> FileVersion? {
        guard let version = try published(upload.name, of: upload.owner), version.size == upload.plan.size,
            version.identity.matches(upload.file)
        else { return nil }
        return version
    }
}
