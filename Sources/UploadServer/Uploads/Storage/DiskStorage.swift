import CLinux
import Glibc
import TransferCore

/// Uploads on the local disk: one file for each, named after its id, and renamed once when it is finished.
final class DiskStorage: ChunkStorage {
    private let folder: DataFolder
    private let files: FinishedFiles

    init(_ folder: DataFolder, files: FinishedFiles) {
        self.folder = folder
        self.files = files
    }

    func create(_ id: UploadID, size: Int64) throws(StorageError) -> InodeIdentity {
        let file = openat(
            folder.uploads, id.description, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system("create the file of an upload") }
        defer { Glibc.close(file) }
        guard ftruncate(file, off_t(size)) == 0, fsync(file) == 0, fsync(folder.uploads) == 0 else {
            let error = StorageError.system("create the file of an upload")
            unlinkat(folder.uploads, id.description, 0)
            throw error
        }
        guard let version = FileVersion(of: file) else { throw .system("look at the file of an upload") }
        return version.identity
    }

    func open(_ id: UploadID) throws(StorageError) -> any ChunkFile {
        let file = openat(folder.uploads, id.description, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { throw .system("open the file of an upload") }
        return DiskChunkFile(owning: file)
    }

    func identity(of id: UploadID, size: Int64) throws(StorageError) -> InodeIdentity? {
        guard let version = try FileVersion.find(id.description, in: folder.uploads), version.size == size else {
            return nil
        }
        return version.identity
    }

    func setAside(_ id: UploadID) throws(StorageError) -> String? {
        let what = "move a file out of the way"
        guard mkdirat(folder.descriptor, Self.asideName, 0o700) == 0 || errno == EEXIST else { throw .system(what) }
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        guard let aside = OwnedDescriptor(openat(folder.descriptor, Self.asideName, flags)) else {
            throw .system(what)
        }
        var number = 1
        while true {
            let name = "\(id)-\(number)"
            if carryon_renameat_noreplace(folder.uploads, id.description, aside.number, name) == 0 {
                return "\(Self.asideName)/\(name)"
            }
            if errno == ENOENT { return nil }
            guard errno == EEXIST else { throw .system(what) }
            number += 1
        }
    }

    func remove(_ id: UploadID) throws(StorageError) {
        try removeStray(id.description)
    }

    func removeStray(_ name: String) throws(StorageError) {
        guard unlinkat(folder.uploads, name, 0) == 0 || errno == ENOENT || errno == EISDIR else {
            throw .system("delete the file of an upload")
        }
    }

    /// In the data folder.
    private static let asideName = "set-aside"

    func names() throws(StorageError) -> [String] {
        let copy = openat(folder.uploads, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else { throw .system("list the uploads") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            // A file system may have folders of its own here, such as lost+found.
            if entry.pointee.d_type != UInt8(DT_DIR), name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    func isTaken(_ name: FileName, of owner: Owner) throws(StorageError) -> Bool {
        try files.isTaken(name, of: owner)
    }

    func publish(_ upload: UploadRecord) throws(StorageError) {
        try files.adopt(
            upload.id.description, upload.file, in: folder.uploads, as: upload.name, of: upload.owner)
    }

    func published(_ name: FileName, of owner: Owner) throws(StorageError) -> FileVersion? {
        try files.version(of: name, of: owner)
    }

    func freeBytes() throws(StorageError) -> Int64 {
        var status = statvfs()
        guard fstatvfs(folder.descriptor, &status) == 0 else { throw .system("look at the disk") }
        let (bytes, isTooMuch) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return isTooMuch ? .max : Int64(clamping: bytes)
    }
}
