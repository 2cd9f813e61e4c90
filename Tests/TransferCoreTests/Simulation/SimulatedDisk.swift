import TransferCore

/// Files by inode, each as it is and as a power cut would leave it.
struct SimulatedDisk {
    struct File {
        var written: [UInt8] = []
        var synced: [UInt8] = []
        var isLinked = false
    }

    private(set) var files: [UInt64: File] = [:]
    private var names: [String: UInt64] = [:]
    private var syncedNames: [String: UInt64] = [:]
    private var lastInode: UInt64 = 0

    static func blocks(_ bytes: Int64) -> Int {
        Int((bytes + SimulatedRemote.blockSize - 1) / SimulatedRemote.blockSize)
    }

    /// A new file without a name.
    mutating func create() -> FileIdentity {
        lastInode += 1
        files[lastInode] = File()
        return FileIdentity(device: 1, inode: lastInode)
    }

    func identity(of path: String) -> FileIdentity? {
        names[path].map { FileIdentity(device: 1, inode: $0) }
    }

    mutating func write(_ tag: UInt8, _ range: ByteRange, to file: FileIdentity) {
        let end = Self.blocks(range.end)
        guard var content = files[file.inode]?.written else { return }
        files[file.inode]?.written = []
        if content.count < end { content += repeatElement(SimulatedRemote.hole, count: end - content.count) }
        for block in Int(range.start / SimulatedRemote.blockSize)..<end { content[block] = tag }
        files[file.inode]?.written = content
    }

    mutating func sync(_ file: FileIdentity) {
        guard let content = files[file.inode]?.written else { return }
        files[file.inode]?.synced = content
    }

    mutating func link(_ file: FileIdentity, at path: String) -> Bool {
        guard names[path] == nil else { return false }
        names[path] = file.inode
        files[file.inode]?.isLinked = true
        return true
    }

    mutating func rename(_ path: String, to target: String) -> Bool {
        guard let inode = names[path], names[target] == nil else { return false }
        names[path] = nil
        names[target] = inode
        return true
    }

    mutating func syncFolder() { syncedNames = names }

    /// Durable at once: a part file that came back could not be told from somebody else's.
    mutating func remove(_ path: String, ifItIs identity: FileIdentity) {
        guard names[path] == identity.inode else { return }
        names[path] = nil
        syncedNames = names
    }

    /// The power fails: of what was not synced, anything or nothing may be there.
    mutating func crash(using random: inout SeededRandom) {
        if Bool.random(using: &random) { names = syncedNames }
        syncedNames = names
        let kept = Set(names.values)
        files = files.filter { kept.contains($0.key) }
        for (inode, file) in files.sorted(by: { $0.key < $1.key }) {
            var content = file.written
            for block in content.indices where Bool.random(using: &random) {
                content[block] = block < file.synced.count ? file.synced[block] : SimulatedRemote.hole
            }
            files[inode] = File(written: content, synced: content, isLinked: true)
        }
    }
}
