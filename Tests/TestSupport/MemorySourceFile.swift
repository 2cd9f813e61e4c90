import TransferCore

/// A file of a ``MemoryFileSystem`` that is read to be uploaded.
final class MemorySourceFile: SourceFile {
    private let disk: MemoryDisk
    private let inode: UInt64
    private let path: String

    init(disk: MemoryDisk, inode: UInt64, path: String) {
        self.disk = disk
        self.inode = inode
        self.path = path
    }

    func identity() throws(TransferError) -> SourceIdentity {
        try disk.perform(.identity, path) { [path, inode] disk throws(TransferError) -> SourceIdentity in
            guard let found = disk.names[path], let node = disk.nodes[found] else {
                throw TransferError(.sourceMissing, "\(path) is gone")
            }
            guard found == inode else { throw TransferError(.sourceChanged, "\(path) is another file than before") }
            return SourceIdentity(
                device: MemoryDisk.device, inode: inode, size: Int64(node.content.count), modified: node.modified)
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(TransferError) -> Int {
        let content = try disk.perform(.read, path) { [inode] disk in disk.nodes[inode]?.content ?? [] }
        let start = min(Int(offset), content.count)
        let count = min(buffer.count, content.count - start)
        buffer.copyBytes(from: content[start..<(start + count)])
        return count
    }

    func close() {}
}
