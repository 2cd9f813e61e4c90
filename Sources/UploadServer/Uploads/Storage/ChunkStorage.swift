import Glibc
import TransferCore

/// Where the bytes of uploads are kept. All calls block; they throw ``StorageError``.
protocol ChunkStorage: Sendable {
    /// Makes the file of a new upload, as long as the whole is to be but without any blocks. Its name is durable.
    func create(_ id: UploadID, size: Int64) throws(StorageError) -> InodeIdentity

    /// Opens the file of an upload.
    func open(_ id: UploadID) throws(StorageError) -> any ChunkFile

    /// What the file of an upload is, if there is one of that size.
    func identity(of id: UploadID, size: Int64) -> InodeIdentity?

    /// Deletes the file of an upload, if there is one.
    func remove(_ id: UploadID) throws(StorageError)

    /// The names of all that lies where uploads are kept.
    func names() throws(StorageError) -> [String]

    /// Deletes what is not an upload's, by a name from ``names()``.
    func removeStray(_ name: String) throws(StorageError)

    /// Whether a finished file, or a folder, stands in the way of that name.
    func isTaken(_ name: FileName, of owner: Owner) throws(StorageError) -> Bool

    /// Gives the file of an upload its final name, never that of another file, and makes that durable.
    func publish(_ id: UploadID, as name: FileName, of owner: Owner) throws(StorageError)

    /// The finished file of that name.
    func published(_ name: FileName, of owner: Owner) -> FileVersion?

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

/// Why bytes could not be stored.
enum StorageError: Error, Hashable {
    case noRoom
    /// A file or folder stands in the way.
    case nameTaken
    case failed(String)

    /// The error of the system call that has just failed.
    ///
    /// - Parameter what: What was tried, as it stands in a sentence: "write a chunk".
    static func system(_ what: String) -> StorageError {
        switch errno {
        case ENOSPC, EDQUOT, EFBIG: .noRoom
        case EEXIST, ENOTEMPTY: .nameTaken
        default: .failed("cannot \(what): \(String(cString: strerror(errno)))")
        }
    }
}
