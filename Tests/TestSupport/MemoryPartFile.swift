import Synchronization
import TransferCore

/// An open file of a ``MemoryFileSystem``.
final class MemoryPartFile: PartFile {
    let identity: FileIdentity
    private let disk: MemoryDisk
    private let inode: UInt64

    private struct Naming {
        var path: String
        var isLinked: Bool
        var isOpen = true
    }

    private let naming: Mutex<Naming>

    init(disk: MemoryDisk, inode: UInt64, path: String, isLinked: Bool) {
        self.disk = disk
        self.inode = inode
        identity = FileIdentity(device: MemoryDisk.device, inode: inode)
        naming = Mutex(Naming(path: path, isLinked: isLinked))
    }

    var isLinked: Bool { naming.withLock { $0.isLinked } }

    func link(at path: String) throws(TransferError) {
        try disk.perform(.link, path) { disk throws(TransferError) in try disk.link(inode, at: path) }
        naming.withLock { $0 = Naming(path: path, isLinked: true) }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(TransferError) {
        let copy = Array(bytes)
        try perform(.write) { disk throws(TransferError) in try disk.write(copy, to: inode, at: Int(offset)) }
    }

    func size() throws(TransferError) -> Int64 {
        try perform(.read) { disk throws(TransferError) in Int64(disk.nodes[inode]!.content.count) }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(TransferError) -> Int {
        let bytes = try perform(.read) { disk throws(TransferError) in
            let content = disk.nodes[inode]!.content
            let start = min(Int(offset), content.count)
            return Array(content[start..<min(start + buffer.count, content.count)])
        }
        buffer.copyBytes(from: bytes)
        return bytes.count
    }

    func sync() throws(TransferError) {
        try perform(.sync) { disk throws(TransferError) in disk.nodes[inode]!.sync() }
    }

    func setSize(_ size: Int64) throws(TransferError) {
        try perform(.setSize) { disk throws(TransferError) in disk.setSize(Int(size), of: inode) }
    }

    func close() {
        let wasOpen = naming.withLock { naming in
            defer { naming.isOpen = false }
            return naming.isOpen
        }
        precondition(wasOpen, "a file is closed once")
        disk.state.withLock { $0.close(inode) }
    }

    private func perform<Value: Sendable>(
        _ operation: MemoryFileSystem.Operation, _ body: (inout MemoryDisk.State) throws(TransferError) -> Value
    ) throws(TransferError) -> Value {
        let (path, isOpen) = naming.withLock { ($0.path, $0.isOpen) }
        precondition(isOpen, "\(path) was closed before this \(operation.rawValue)")
        return try disk.perform(operation, path, body)
    }
}
