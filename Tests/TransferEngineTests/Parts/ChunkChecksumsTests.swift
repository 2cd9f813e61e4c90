import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

@Suite struct ChunkChecksumsTests {
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32C()
        bytes.withUnsafeBytes { checksum.updateByTable($0) }
        return checksum.value
    }

    /// What the bookmarks must be after the bytes of `range` were seen, for chunks touched since `since`.
    private static func expected(
        _ pattern: PatternFile, chunkSize: Int64, from since: Int64, to end: Int64
    ) -> [ChunkBookmark] {
        guard end > since else { return [] }
        return (since / chunkSize...(end - 1) / chunkSize).map { index in
            let start = index * chunkSize
            let stop = min(start + chunkSize, end)
            return ChunkBookmark(
                index: Int(index), bytes: stop - start, checksum: checksum(pattern.bytes(start..<stop)))
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func anySplitGivesTheChecksumsOfTheChunks(_ seed: UInt64) {
        var random = SplitMix(seed)
        let chunkSize = Int64.random(in: 1...3, using: &random) * 4096
        let pattern = PatternFile(seed: seed, size: 100_000)
        let start = Int64.random(in: 0..<50_000, using: &random)
        let chunkStart = start / chunkSize * chunkSize
        var checksums = ChunkChecksums(
            chunkSize: chunkSize, position: start, checksum: Self.checksum(pattern.bytes(chunkStart..<start)))
        var taken = start
        var position = start
        while position < pattern.size {
            let end = min(pattern.size, position + Int64.random(in: 0...10_000, using: &random))
            pattern.bytes(position..<end).withUnsafeBytes { checksums.update($0) }
            position = end
            #expect(checksums.position == position)
            guard Bool.random(using: &random) else { continue }
            let touched = checksums.takeBookmarks()
            let expected = Self.expected(pattern, chunkSize: chunkSize, from: taken, to: position)
            // A chunk that is begun may be told again though nothing came.
            if position > taken { #expect(touched == expected) }
            taken = position
        }
    }

    @Test func nothingSeenIsNothingTouched() {
        var checksums = ChunkChecksums(chunkSize: 4096, position: 8192, checksum: 0)
        #expect(checksums.takeBookmarks() == [])
        checksums.update(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(checksums.takeBookmarks() == [])
    }

    @Test func aCompleteChunkIsToldOnce() {
        let pattern = PatternFile(seed: 1, size: 8192)
        var checksums = ChunkChecksums(chunkSize: 4096, position: 0, checksum: 0)
        pattern.bytes(0..<4096).withUnsafeBytes { checksums.update($0) }
        #expect(checksums.takeBookmarks() == Self.expected(pattern, chunkSize: 4096, from: 0, to: 4096))
        #expect(checksums.takeBookmarks() == [])
    }
}
