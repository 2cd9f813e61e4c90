import Synchronization
import TransferCore

/// What lies behind a ``MemoryFileSystem`` and its open files.
final class MemoryDisk: Sendable {
    static let device: UInt64 = 0xD15C

    /// A file: as it looks, and as it is on the disk for sure.
    struct Node: Sendable {
        enum Change: Sendable {
            case write([UInt8], at: Int)
            case setSize(Int)
        }

        var content: [UInt8] = []
        var safe: [UInt8] = []
        /// What makes `content` of `safe`, in order.
        var pending: [Change] = []
        var reserved = 0
        var isLink = false
        /// Rises with each change that somebody else makes.
        var modified: Int64 = 0

        mutating func change(_ change: Change) {
            Self.apply(change, to: &content)
            pending.append(change)
        }

        mutating func sync() {
            for change in pending { Self.apply(change, to: &safe) }
            pending = []
        }

        static func apply(_ change: Change, to bytes: inout [UInt8]) {
            switch change {
            case .write(let new, _) where new.isEmpty: break
            case .write(let new, let offset):
                let end = offset + new.count
                if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
                bytes.withUnsafeMutableBytes { bytes in
                    let place = UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<end])
                    new.withUnsafeBytes { place.copyMemory(from: $0) }
                }
            case .setSize(let size) where size < bytes.count: bytes.removeLast(bytes.count - size)
            case .setSize(let size): bytes += [UInt8](repeating: 0, count: size - bytes.count)
            }
        }
    }

    struct Failure: Sendable {
        var operation: MemoryFileSystem.Operation
        var skipped: Int
        var error: TransferError
    }

    struct State: Sendable {
        var folders: Set<String>
        var capacity: Int64?
        var nodes: [UInt64: Node] = [:]
        var names: [String: UInt64] = [:]
        var safeNames: [String: UInt64] = [:]
        var openCounts: [UInt64: Int] = [:]
        var nextInode: UInt64 = 1
        var failures: [Failure] = []
        var calls: [MemoryFileSystem.Call] = []
        var hasCrashed = false

        init(folders: Set<String>, capacity: Int64?) {
            self.folders = folders
            self.capacity = capacity
        }
    }

    let state: Mutex<State>

    init(_ state: State) {
        self.state = Mutex(state)
    }

    /// Notes a call, and makes it unless it is to fail.
    func perform<Value: Sendable>(
        _ operation: MemoryFileSystem.Operation, _ path: String,
        _ body: (inout State) throws(TransferError) -> Value
    ) throws(TransferError) -> Value {
        let result = state.withLock { state in
            Result { () throws(TransferError) in
                try state.begin(operation, path)
                return try body(&state)
            }
        }
        return try result.get()
    }

    func crash(tearing seed: UInt64?) -> State {
        state.withLock { state in
            var survivor = State(folders: state.folders, capacity: state.capacity)
            survivor.nextInode = state.nextInode
            survivor.names = state.safeNames
            survivor.safeNames = state.safeNames
            for (index, inode) in Set(state.safeNames.values).sorted().enumerated() {
                guard var node = state.nodes[inode] else { continue }
                if let seed {
                    let chance = PatternFile(seed: seed &+ UInt64(index), size: 0)
                    for (number, change) in node.pending.enumerated() where chance.draw(UInt64(number)) & 1 == 1 {
                        Node.apply(change, to: &node.safe)
                    }
                }
                survivor.nodes[inode] = Node(content: node.safe, safe: node.safe, isLink: node.isLink)
            }
            state.hasCrashed = true
            return survivor
        }
    }

    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}

extension MemoryDisk.State {
    fileprivate mutating func begin(
        _ operation: MemoryFileSystem.Operation, _ path: String
    ) throws(TransferError) {
        calls.append(.init(operation: operation, path: path))
        if hasCrashed { throw TransferError(.fileFailure, "the machine has crashed") }
        guard let index = failures.firstIndex(where: { $0.operation == operation }) else { return }
        if failures[index].skipped > 0 {
            failures[index].skipped -= 1
        } else {
            throw failures.remove(at: index).error
        }
    }

    mutating func create(_ path: String, _ size: Int64?) throws(TransferError) -> UInt64 {
        if names[path] != nil { throw TransferError(.nameTaken, "there is a file \(path) already that is not ours") }
        try checkFolder(of: path)
        let size = Int(size ?? 0)
        try checkRoom(for: size)
        var node = MemoryDisk.Node(reserved: size)
        if size > 0 { node.change(.setSize(size)) }
        openCounts[nextInode] = 1
        return add(node)
    }

    mutating func open(_ path: String, _ identity: FileIdentity) throws(TransferError) -> UInt64 {
        guard let inode = names[path], let node = nodes[inode] else {
            throw TransferError(.partLost, "\(path) is gone")
        }
        if node.isLink { throw TransferError(.partLost, "\(path) is a link now") }
        guard identity == FileIdentity(device: MemoryDisk.device, inode: inode) else {
            throw TransferError(.partLost, "\(path) is another file than before")
        }
        openCounts[inode, default: 0] += 1
        return inode
    }

    mutating func link(_ inode: UInt64, at path: String) throws(TransferError) {
        if names[path] != nil { throw TransferError(.nameTaken, "there is a file \(path) already") }
        try checkFolder(of: path)
        names[path] = inode
    }

    mutating func rename(_ path: String, to target: String, replacing: Bool) throws(TransferError) {
        guard let inode = names[path] else { throw TransferError(.folderMissing, "\(path) is not there") }
        try checkFolder(of: target)
        if !replacing, names[target] != nil {
            throw TransferError(.nameTaken, "there is a file \(target) already")
        }
        names[path] = nil
        names[target] = inode
    }

    mutating func syncFolder(_ folder: String) throws(TransferError) {
        guard folders.contains(folder) else { throw TransferError(.folderMissing, "\(folder) is not there") }
        safeNames = safeNames.filter { MemoryDisk.folder(of: $0.key) != folder }
        for (path, inode) in names where MemoryDisk.folder(of: path) == folder { safeNames[path] = inode }
    }

    mutating func write(_ bytes: [UInt8], to inode: UInt64, at offset: Int) throws(TransferError) {
        let grown = offset + bytes.count - max(nodes[inode]!.content.count, nodes[inode]!.reserved)
        try checkRoom(for: max(0, grown))
        nodes[inode]!.change(.write(bytes, at: offset))
    }

    mutating func setSize(_ size: Int, of inode: UInt64) {
        nodes[inode]!.change(.setSize(size))
        nodes[inode]!.reserved = min(nodes[inode]!.reserved, size)
    }

    /// A file without a name and without a user is gone.
    mutating func close(_ inode: UInt64) {
        openCounts[inode, default: 1] -= 1
        guard openCounts[inode] == 0, !names.values.contains(inode), !safeNames.values.contains(inode) else { return }
        nodes[inode] = nil
    }

    mutating func put(_ node: MemoryDisk.Node, at path: String) {
        let inode = add(node)
        names[path] = inode
        safeNames[path] = inode
    }

    private mutating func add(_ node: MemoryDisk.Node) -> UInt64 {
        defer { nextInode += 1 }
        nodes[nextInode] = node
        return nextInode
    }

    private func checkFolder(of path: String) throws(TransferError) {
        let folder = MemoryDisk.folder(of: path)
        guard folders.contains(folder) else { throw TransferError(.folderMissing, "\(folder) is not there") }
    }

    private func checkRoom(for count: Int) throws(TransferError) {
        guard let capacity, count > 0 else { return }
        let used = nodes.values.reduce(0) { $0 + max($1.content.count, $1.reserved) }
        guard Int64(used + count) <= capacity else { throw TransferError(.diskFull, "no space left on the disk") }
    }
}
