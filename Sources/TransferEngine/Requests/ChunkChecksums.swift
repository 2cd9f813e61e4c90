import TransferCore

/// Runs along a span and keeps the checksum of the current chunk; leaves a bookmark for each chunk it passes.
struct ChunkChecksums {
    private let chunkSize: Int64
    /// The offset up to which bytes are taken into account.
    private(set) var position: Int64
    private var checksum: CRC32C
    private var passed: [ChunkBookmark] = []

    /// - Parameters:
    ///   - position: Where the span begins.
    ///   - checksum: That of the chunk's bytes before `position`; 0 at its start.
    init(chunkSize: Int64, position: Int64, checksum: UInt32) {
        self.chunkSize = chunkSize
        self.position = position
        self.checksum = CRC32C(checksum)
    }

    /// Takes the next bytes into account.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var bytes = bytes
        while !bytes.isEmpty {
            let end = (position / chunkSize + 1) * chunkSize
            let count = Int(min(Int64(bytes.count), end - position))
            checksum.update(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            position += Int64(count)
            bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
            if position == end {
                passed.append(
                    ChunkBookmark(index: Int(end / chunkSize) - 1, bytes: chunkSize, checksum: checksum.value))
                checksum = CRC32C()
            }
        }
    }

    /// The state of every chunk that was touched since the last call.
    mutating func takeBookmarks() -> [ChunkBookmark] {
        defer { passed = [] }
        let index = Int(position / chunkSize)
        let bytes = position - Int64(index) * chunkSize
        guard bytes > 0 else { return passed }
        return passed + [ChunkBookmark(index: index, bytes: bytes, checksum: checksum.value)]
    }
}
