import Synchronization
import TransferCore

/// A file system that exists in memory only, and that can be made to fail, to run full and to crash.
///
/// It is stricter than a disk: bytes are safe after a sync of their file and names after a sync of their folder, and
/// ``crash(tearing:)`` loses everything else.
public final class MemoryFileSystem: FileSystem {
    /// What can be made to fail.
    public enum Operation: String, Sendable, Hashable, CaseIterable {
        case create, reopen, link, write, read, sync, setSize, identity, rename, remove, syncFolder, openSource
    }

    /// A call that was made, successful or not.
    public struct Call: Sendable, Hashable {
        public var operation: Operation
        /// Of the file or, for `syncFolder`, of the folder; `rename` and `link` name their target.
        public var path: String

        public init(operation: Operation, path: String) {
            self.operation = operation
            self.path = path
        }
    }

    let disk: MemoryDisk

    /// - Parameters:
    ///   - folders: The folders that exist, absolute and without a trailing slash.
    ///   - capacity: The bytes that there is room for; `nil` for any number.
    public init(folders: [String] = ["/files"], capacity: Int64? = nil) {
        disk = MemoryDisk(MemoryDisk.State(folders: Set(folders + [""]), capacity: capacity))
    }

    private init(_ state: MemoryDisk.State) {
        disk = MemoryDisk(state)
    }

    // MARK: The port

    public func createPart(at path: String, size: Int64?) throws(TransferError) -> any PartFile {
        let inode = try disk.perform(.create, path) { disk throws(TransferError) in try disk.create(path, size) }
        return MemoryPartFile(disk: disk, inode: inode, path: path, isLinked: false)
    }

    public func reopenPart(at path: String, identity: FileIdentity) throws(TransferError) -> any PartFile {
        let inode = try disk.perform(.reopen, path) { disk throws(TransferError) in try disk.open(path, identity) }
        return MemoryPartFile(disk: disk, inode: inode, path: path, isLinked: true)
    }

    public func openSource(_ path: String) throws(TransferError) -> any SourceFile {
        let inode = try disk.perform(.openSource, path) { disk throws(TransferError) -> UInt64 in
            guard let inode = disk.names[path], disk.nodes[inode]?.isLink == false else {
                throw TransferError(.sourceMissing, "\(path) is gone")
            }
            return inode
        }
        return MemorySourceFile(disk: disk, inode: inode, path: path)
    }

    public func identity(of path: String) throws(TransferError) -> FileIdentity? {
        try disk.perform(.identity, path) { disk throws(TransferError) in
            disk.names[path].map { FileIdentity(device: MemoryDisk.device, inode: $0) }
        }
    }

    public func isPlainFile(_ path: String) throws(TransferError) -> Bool {
        try identity(of: path) != nil
    }

    public func rename(_ path: String, to target: String, replacing: Bool) throws(TransferError) {
        try disk.perform(.rename, target) { disk throws(TransferError) in
            try disk.rename(path, to: target, replacing: replacing)
        }
    }

    public func syncFolder(of path: String) throws(TransferError) {
        let folder = MemoryDisk.folder(of: path)
        try disk.perform(.syncFolder, folder) { disk throws(TransferError) in try disk.syncFolder(folder) }
    }

    public func remove(_ path: String) throws(TransferError) {
        try disk.perform(.remove, path) { disk throws(TransferError) in disk.names[path] = nil }
    }

    public func sync(_ files: [any PartFile]) -> [Int: TransferError] {
        var failures: [Int: TransferError] = [:]
        for (index, file) in files.enumerated() {
            do throws(TransferError) { try file.sync() } catch { failures[index] = error }
        }
        return failures
    }

    // MARK: What tests do to it

    /// Cuts the power: this file system and its open files fail from now on, and the one that is returned holds what
    /// was safe.
    ///
    /// - Parameter seed: If given, each write that was not synced is kept or lost by chance, as on a real disk;
    ///   otherwise all are lost.
    public func crash(tearing seed: UInt64? = nil) -> MemoryFileSystem {
        MemoryFileSystem(disk.crash(tearing: seed))
    }

    /// Makes one call of that kind fail: the next one, or the one after `skipped` others.
    public func fail(_ operation: Operation, with error: TransferError, after skipped: Int = 0) {
        disk.state.withLock { $0.failures.append(.init(operation: operation, skipped: skipped, error: error)) }
    }

    /// The bytes that there is room for; `nil` for any number.
    public var capacity: Int64? {
        get { disk.state.withLock { $0.capacity } }
        set { disk.state.withLock { $0.capacity = newValue } }
    }

    /// Every call so far, in order. Reads and writes are among them.
    public var calls: [Call] { disk.state.withLock { $0.calls } }

    /// The names that exist, sorted.
    public var paths: [String] { disk.state.withLock { $0.names.keys.sorted() } }

    /// The content of a file; `nil` if there is none of that name.
    public func content(of path: String) -> [UInt8]? {
        disk.state.withLock { disk in disk.names[path].flatMap { disk.nodes[$0]?.content } }
    }

    /// The content that a file would have after a crash that loses all it can.
    public func safeContent(of path: String) -> [UInt8]? {
        disk.state.withLock { disk in disk.safeNames[path].flatMap { disk.nodes[$0]?.safe } }
    }

    /// Puts a file there as if it had always been there.
    public func put(_ content: [UInt8], at path: String) {
        disk.state.withLock { $0.put(.init(content: content, safe: content), at: path) }
    }

    /// Changes a file in its place, as another program does: its time of modification changes with it.
    public func rewrite(_ path: String, _ body: (inout [UInt8]) -> Void) {
        disk.state.withLock { disk in
            guard let inode = disk.names[path] else { return }
            body(&disk.nodes[inode]!.content)
            disk.nodes[inode]!.safe = disk.nodes[inode]!.content
            disk.nodes[inode]!.modified += 1
        }
    }

    /// Puts a symbolic link there.
    public func putLink(at path: String) {
        disk.state.withLock { $0.put(.init(isLink: true), at: path) }
    }

    /// Changes a byte behind everybody's back, as a bad disk does.
    public func damage(_ path: String, at offset: Int) {
        disk.state.withLock { disk in
            guard let inode = disk.names[path] else { return }
            disk.nodes[inode]?.content[offset] ^= 0x10
            if let count = disk.nodes[inode]?.safe.count, offset < count { disk.nodes[inode]?.safe[offset] ^= 0x10 }
        }
    }
}
