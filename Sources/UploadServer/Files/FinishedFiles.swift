import CLinux
import Glibc
import TransferCore

/// The finished files of all owners, each below a folder of its own. A name is data: it is looked up one checked
/// component at a time, and no link is followed.
final class FinishedFiles: Sendable {
    private let root: OwnedDescriptor
    private let workers = Workers(name: "files", count: 4)

    /// - Parameter path: The folder that holds `files`, and `owners` with a folder for each.
    init(_ path: String) throws {
        guard let root = OwnedDescriptor(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) else {
            throw DataFolderError.system("open the folder \(path)")
        }
        self.root = root
    }

    /// Opens a file; `nil` if there is none that may be served.
    func file(named name: FileName, of owner: Owner) async throws -> ServedFile? {
        try await workers.run { [self] in
            guard let folder = try? folder(of: name, of: owner, creating: false) else { return nil }
            // O_NONBLOCK: opening a named pipe must not wait for a writer.
            let file = openat(folder.number, name.last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard file >= 0 else { return nil }
            return ServedFile(owning: file, workers: workers)
        }
    }

    /// The file of that name; `nil` if there is none. Blocks.
    func version(of name: FileName, of owner: Owner) throws(StorageError) -> FileVersion? {
        let folder: OwnedDescriptor?
        do throws(StorageError) {
            folder = try self.folder(of: name, of: owner, creating: false)
        } catch {
            if error == .nameTaken { return nil }
            throw error
        }
        guard let folder else { return nil }
        return try FileVersion.find(name.last, in: folder.number)
    }

    /// Whether a file or a folder stands in the way of that name.
    func isTaken(_ name: FileName, of owner: Owner) throws(StorageError) -> Bool {
        let folder: OwnedDescriptor?
        do throws(StorageError) {
            folder = try self.folder(of: name, of: owner, creating: false)
        } catch {
            if error == .nameTaken { return true }
            throw error
        }
        guard let folder else { return false }
        var status = stat()
        if fstatat(folder.number, name.last, &status, AT_SYMLINK_NOFOLLOW) == 0 { return true }
        guard errno == ENOENT else { throw .system("look for a file") }
        return false
    }

    /// Moves a file here, never over another, and makes both folders durable. One that was moved before stays where
    /// it is: a call that failed on the way can be repeated.
    func adopt(
        _ file: String, _ identity: InodeIdentity, in source: Int32, as name: FileName, of owner: Owner
    ) throws(StorageError) {
        guard let folder = try folder(of: name, of: owner, creating: true) else { throw .nameTaken }
        if carryon_renameat_noreplace(source, file, folder.number, name.last) != 0 {
            let error = StorageError.system("name the finished file")
            guard let there = try FileVersion.find(name.last, in: folder.number), there.identity.matches(identity)
            else { throw error }
        }
        guard fsync(folder.number) == 0, fsync(source) == 0 else { throw .system("sync the folder of the file") }
    }

    /// The folder that a name lies in; `nil` if there is none and none is to be made.
    private func folder(of name: FileName, of owner: Owner, creating: Bool) throws(StorageError) -> OwnedDescriptor? {
        let base = owner == .nobody ? ["files"] : ["owners", owner.name]
        var folder = root
        for component in base + name.components.dropLast().map(String.init) {
            if creating {
                guard mkdirat(folder.number, component, 0o700) == 0 || errno == EEXIST else {
                    throw .system("create a folder")
                }
                // Also for one that was there: whoever made it may have failed at this point.
                guard fsync(folder.number) == 0 else { throw .system("sync a folder") }
            }
            let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
            guard let next = OwnedDescriptor(openat(folder.number, component, flags)) else {
                if errno == ENOENT { return nil }
                if errno == ENOTDIR || errno == ELOOP { throw .nameTaken }
                throw .system("open a folder")
            }
            folder = next
        }
        return folder
    }
}

extension FileName {
    fileprivate var last: String { String(components[components.count - 1]) }
}
