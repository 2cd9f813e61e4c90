import Testing
import TransferCore

@Suite struct UploadBookmarkTests {
    private static func file(_ size: Int64) -> SourceIdentity {
        SourceIdentity(device: 1, inode: 2, size: size, modified: 3)
    }

    /// A server may cut a file as it likes.
    @Test(arguments: [1, 5, 100_000, 1 << 20, 1 << 30] as [Int64])
    func thePlanIsTheServers(_ chunkSize: Int64) {
        let plan = UploadBookmark(
            key: "k", source: Self.file(10_000_001), chunkSize: chunkSize, begunAt: WallTime(milliseconds: 0)
        ).plan
        #expect(plan == ChunkPlan(size: 10_000_001, exactChunkSize: chunkSize) && plan.chunkSize == chunkSize)
        #expect(plan.count == Int((10_000_000 / chunkSize) + 1))
        #expect(plan.range(of: 0).start == 0 && plan.range(of: plan.count - 1).end == plan.size)
        #expect(!plan.range(of: plan.count - 1).isEmpty)
    }

    @Test func anEmptyFileHasNoChunks() {
        #expect(
            UploadBookmark(key: "k", source: Self.file(0), chunkSize: 1 << 20, begunAt: WallTime(milliseconds: 0)).plan
                .count == 0)
    }

    @Test func anyChangeIsAnotherContent() {
        let file = SourceIdentity(device: 1, inode: 2, size: 3, modified: 4)
        for other in [
            SourceIdentity(device: 9, inode: 2, size: 3, modified: 4),
            SourceIdentity(device: 1, inode: 9, size: 3, modified: 4),
            SourceIdentity(device: 1, inode: 2, size: 9, modified: 4),
            SourceIdentity(device: 1, inode: 2, size: 3, modified: 9),
        ] { #expect(file != other) }
    }

    @Test func theProposedChunkSizeGrowsWithTheFile() {
        #expect(ChunkPlan.uploadChunkSize(forSize: 0) == 4 << 20)
        #expect(ChunkPlan.uploadChunkSize(forSize: 16 << 30) == 4 << 20)
        #expect(ChunkPlan.uploadChunkSize(forSize: (16 << 30) + 1) == 8 << 20)
        #expect(ChunkPlan.uploadChunkSize(forSize: 1 << 20, wish: 100_000) == 102_400)
        #expect(ChunkPlan.uploadChunkSize(forSize: 1 << 20, wish: 1) == ChunkPlan.minimumChunkSize)
        #expect(ChunkPlan.uploadChunkSize(forSize: 1 << 20, wish: .max) == ChunkPlan.maximumChunkSize)
    }

    @Test(arguments: [nil, 1, 1 << 20] as [Int64?])
    func noFileHasMoreChunksThanATableHolds(_ wish: Int64?) {
        let size = ChunkPlan.maximumSize
        let chunkSize = ChunkPlan.uploadChunkSize(forSize: size, wish: wish)
        #expect(ChunkPlan(size: size, exactChunkSize: chunkSize).count <= 1 << 20)
    }
}
