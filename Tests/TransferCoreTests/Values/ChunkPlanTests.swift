import Testing
import TransferCore

@Suite struct ChunkPlanTests {
    private static let sizes: [Int64] = [
        0, 1, 4095, 4096, 4097, 65_535, 65_536, 1 << 20, (1 << 20) + 1, 2 << 30, (2 << 30) + 1, 5 << 40, 48 << 40,
        (48 << 40) - 1,
    ]
    private static let wishes: [Int64?] = [nil, 0, 1, 65_536, 65_537, 100_000, 1 << 20, 64 << 20, 1 << 40, .max]

    @Test(arguments: sizes, wishes)
    func chunksTileTheFile(_ size: Int64, _ wish: Int64?) {
        let plan = ChunkPlan(size: size, chunkSize: wish)
        #expect(plan.chunkSize % ChunkPlan.alignment == 0)
        #expect(plan.chunkSize >= ChunkPlan.minimumChunkSize && plan.chunkSize <= ChunkPlan.maximumChunkSize)
        #expect(plan.count == (size == 0 ? 0 : Int((size - 1) / plan.chunkSize) + 1))
        guard plan.count > 0 else { return }
        #expect(plan.range(of: 0).start == 0)
        #expect(plan.range(of: plan.count - 1).end == size)
        for index in [0, plan.count / 2, plan.count - 1] {
            let range = plan.range(of: index)
            #expect(!range.isEmpty)
            #expect(plan.index(at: range.start) == index && plan.index(at: range.end - 1) == index)
            if index > 0 { #expect(plan.range(of: index - 1).end == range.start) }
        }
    }

    /// Progress of an earlier run is counted in its chunks.
    @Test(arguments: sizes)
    func aPlansOwnChunkSizeMakesTheSamePlan(_ size: Int64) {
        let plan = ChunkPlan(size: size)
        #expect(ChunkPlan(size: size, chunkSize: plan.chunkSize) == plan)
    }

    @Test func withoutAWishThereAreAboutTwoThousandChunks() {
        #expect(ChunkPlan(size: 2 << 30).chunkSize == 1 << 20)
        #expect(ChunkPlan(size: 3 << 30).chunkSize == 2 << 20)
        #expect(ChunkPlan(size: 48 << 40).chunkSize == 64 << 20)
        #expect(ChunkPlan(size: 48 << 40).count == 786_432)
        #expect(ChunkPlan.chunkSize(forSize: nil) == 1 << 20)
    }
}

@Suite struct ByteRangeTests {
    @Test func itIsHalfOpen() {
        let range = ByteRange(10, 20)
        #expect(range.length == 10)
        #expect(range.contains(10) && range.contains(19))
        #expect(!range.contains(9) && !range.contains(20))
        #expect(ByteRange(5, 5).isEmpty && !ByteRange(5, 5).contains(5))
        #expect(ByteRange(0, .max).length == .max)
        #expect(range.description == "10..<20")
    }

    @Test(arguments: [ChunkPlan.minimumChunkSize, 100_000, ChunkPlan.maximumChunkSize, nil])
    func noFileHasMoreChunksThanATableHolds(wish: Int64?) {
        let plan = ChunkPlan(size: ChunkPlan.maximumSize, chunkSize: wish)
        #expect(plan.count <= 1 << 20)
        #expect(plan.chunkSize <= ChunkPlan.maximumChunkSize)
    }
}

/// Source: Amazon S3 User Guide, "Amazon S3 multipart upload limits".
@Suite struct PartSizeTests {
    private static let mebibyte: Int64 = 1 << 20

    @Test(
        arguments: [
            (0, nil, 8), (1, nil, 8), (80_000 << 20, nil, 8), ((80_000 << 20) + 1, nil, 9), (5 << 40, nil, 525),
            (ChunkPlan.largestObject, nil, 5120), (1, 1, 5), (1, 5 << 20, 5), (1, (5 << 20) + 1, 6), (1, 16 << 20, 16),
            (1, .max, 5120), (100_000 << 20, 5 << 20, 10),
        ] as [(Int64, Int64?, Int64)])
    func partsAreLargeEnough(_ size: Int64, _ wish: Int64?, _ mebibytes: Int64) {
        let partSize = ChunkPlan.partSize(forSize: size, wish: wish)
        #expect(partSize == mebibytes * Self.mebibyte)
        #expect(ChunkPlan(size: size, exactChunkSize: partSize).count <= 10_000)
    }
}
