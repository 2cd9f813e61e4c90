import TransferCore

/// An open part file: the way from written bytes to bookmarked ones.
struct SimulatedSession {
    let file: FileIdentity
    let finalPath: String
    let chunkSize: Int64
    let size: Int64?
    var partPath: String { finalPath + ".part" }
    private(set) var begun: [Int: ChunkBookmark] = [:]
    private(set) var dirty: [Int: ChunkBookmark] = [:]
    private var progress = StoredProgress(bytesDone: 0, chunksDone: 0)

    init(file: FileIdentity, finalPath: String, chunkSize: Int64, size: Int64?, bookmark: [ChunkBookmark] = []) {
        self.file = file
        self.finalPath = finalPath
        self.chunkSize = chunkSize
        self.size = size
        for chunk in bookmark {
            progress.bytesDone += chunk.bytes
            if isComplete(chunk) { progress.chunksDone += 1 } else { begun[chunk.index] = chunk }
        }
    }

    /// The checksum with which a request that begins at `offset` goes on; `nil` if it must not begin there.
    func checksum(before offset: Int64) -> UInt32? {
        let prefix = offset % chunkSize
        guard prefix > 0 else { return 0 }
        let chunk = begun[Int(offset / chunkSize)]
        return chunk?.bytes == prefix ? chunk?.checksum : nil
    }

    mutating func record(_ bookmarks: [ChunkBookmark]) {
        for chunk in bookmarks {
            progress.bytesDone += chunk.bytes - (begun[chunk.index]?.bytes ?? 0)
            if isComplete(chunk) {
                begun[chunk.index] = nil
                progress.chunksDone += 1
            } else {
                begun[chunk.index] = chunk
            }
            dirty[chunk.index] = chunk
        }
    }

    mutating func takeDirty() -> (chunks: [ChunkBookmark], progress: StoredProgress) {
        defer { dirty = [:] }
        return (dirty.values.sorted { $0.index < $1.index }, progress)
    }

    private func isComplete(_ chunk: ChunkBookmark) -> Bool {
        chunk.bytes >= min(chunkSize, max(0, (size ?? .max) - Int64(chunk.index) * chunkSize))
    }
}

/// Runs along a span and leaves a bookmark for each chunk it passes.
struct SimulatedChecksums {
    let chunkSize: Int64
    private(set) var position: Int64
    private var checksum: UInt32

    init(chunkSize: Int64, position: Int64, checksum: UInt32) {
        self.chunkSize = chunkSize
        self.position = position
        self.checksum = checksum
    }

    /// Goes on to `end` over blocks that all hold `tag`.
    mutating func bookmarks(to end: Int64, tag: UInt8) -> [ChunkBookmark] {
        var result: [ChunkBookmark] = []
        while position < end {
            let index = position / chunkSize
            let stop = min(end, (index + 1) * chunkSize)
            for _ in 0..<SimulatedDisk.blocks(stop - position) { checksum = checksum &* 31 &+ UInt32(tag) }
            position = stop
            result.append(
                ChunkBookmark(index: Int(index), bytes: stop - index * chunkSize, checksum: checksum))
            if position % chunkSize == 0 { checksum = 0 }
        }
        return result
    }

    static func checksum(of blocks: some Sequence<UInt8>) -> UInt32 {
        blocks.reduce(0) { $0 &* 31 &+ UInt32($1) }
    }
}
