/// The files of this machine, as far as transfers need them. Calls block; every one is safe from any thread.
public protocol FileSystem: Sendable {
    /// Makes a new, private file with room for `size` bytes (`nil`: unknown), on the file system of `path`.
    ///
    /// Where the system can, the file has no name until ``PartFile/link(at:)`` gives it one, so that a crash before
    /// leaves nothing behind; elsewhere it is at `path` at once.
    ///
    /// - Throws: `nameTaken` if there is a file of that name, `folderMissing`, `diskFull`, `permissionDenied`,
    ///   `fileFailure`.
    func createPart(at path: String, size: Int64?) throws(TransferError) -> any PartFile

    /// Opens an unfinished file that was made before.
    ///
    /// - Throws: `partLost` if there is none, or another one than `identity` names.
    func reopenPart(at path: String, identity: FileIdentity) throws(TransferError) -> any PartFile

    /// Which file stands under that path; `nil` if none does. Links are not followed.
    func identity(of path: String) throws(TransferError) -> FileIdentity?

    /// Whether a plain file stands under that path: no folder, link, device or pipe.
    func isPlainFile(_ path: String) throws(TransferError) -> Bool

    /// Gives a file another name in one step.
    ///
    /// - Throws: `nameTaken` if `target` exists and `replacing` is false.
    func rename(_ path: String, to target: String, replacing: Bool) throws(TransferError)

    /// Makes the directory entries of a path's folder durable.
    func syncFolder(of path: String) throws(TransferError)

    /// Deletes a file; one that is not there is fine.
    func remove(_ path: String) throws(TransferError)

    /// Opens a file to be uploaded; links are followed.
    ///
    /// - Throws: `sourceMissing` if there is none, or no plain file; `sourceUnreadable`, `fileFailure`.
    func openSource(_ path: String) throws(TransferError) -> any SourceFile

    /// Makes many files durable, each as ``PartFile/sync()`` would. Returns the failures by index.
    func sync(_ files: [any PartFile]) -> [Int: TransferError]
}

/// A file that is being uploaded. Reads of different places may run at the same time.
public protocol SourceFile: AnyObject, Sendable {
    /// What stands under the file's path now.
    ///
    /// - Throws: `sourceMissing` if nothing does, `sourceChanged` if it is not the file that was opened.
    func identity() throws(TransferError) -> SourceIdentity

    /// Reads up to `buffer.count` bytes from `offset`; fewer only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(TransferError) -> Int

    /// Closes it; no other call may follow.
    func close()
}

/// An unfinished file. Writes of different places may run at the same time.
public protocol PartFile: AnyObject, Sendable {
    var identity: FileIdentity { get }

    /// Whether the file has a name.
    var isLinked: Bool { get }

    /// Gives a file without a name its first one; it becomes durable with ``FileSystem/syncFolder(of:)``.
    ///
    /// - Throws: `nameTaken` if there is a file of that name.
    func link(at path: String) throws(TransferError)

    /// Writes all of `bytes` at `offset`.
    ///
    /// Offsets and lengths that are multiples of ``ChunkPlan/alignment``, from memory aligned likewise, may go past the
    /// page cache.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(TransferError)

    /// Reads up to `buffer.count` bytes from `offset`; fewer only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(TransferError) -> Int

    /// The size of the file in bytes, with what is reserved but not written.
    func size() throws(TransferError) -> Int64

    /// Makes what was written durable, as `fdatasync` does.
    func sync() throws(TransferError)

    /// Cuts the file to, or extends it to, `size` bytes.
    func setSize(_ size: Int64) throws(TransferError)

    /// Closes it; no other call may follow.
    func close()
}
