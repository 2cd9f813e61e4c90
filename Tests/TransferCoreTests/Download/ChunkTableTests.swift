import Testing
import TransferCore

@Suite struct ChunkTableTests {
    private static let chunk: Int64 = 64 << 10

    private func bookmark(_ index: Int, _ bytes: Int64) -> ChunkBookmark {
        ChunkBookmark(index: index, bytes: bytes, checksum: 0)
    }

    @Test func progressIsCounted() {
        var table = ChunkTable(size: Self.chunk * 3 + 10, chunkSize: Self.chunk)
        #expect(table.count == 4)
        table.setSafe(bookmark(1, Self.chunk))
        table.setSafe(bookmark(3, 5))
        #expect(table.bytesDone == Self.chunk + 5 && table.chunksDone == 1)
        table.setSafe(bookmark(3, 10))
        #expect(table.isDone(3) && table.chunksDone == 2)
        #expect(table.missing() == [ByteRange(0, Self.chunk), ByteRange(Self.chunk * 2, Self.chunk * 3)])
        table.reset(1)
        #expect(table.chunksDone == 1 && table.statuses[1].isRefetch && !table.isDone(1))
        #expect(table.missing() == [ByteRange(0, Self.chunk * 3)])
        table.setSafe(bookmark(1, Self.chunk))
        #expect(!table.statuses[1].isRefetch && table.statuses[1].state == .done)
    }

    @Test func aRestoredChunkWasThereAlready() {
        var table = ChunkTable(size: Self.chunk * 2, chunkSize: Self.chunk)
        table.restore([bookmark(0, Self.chunk), bookmark(1, 4096), bookmark(9, 1), bookmark(-1, 1)])
        #expect(table.statuses.map(\.state) == [.skipped, .pending])
        #expect(table.missing() == [ByteRange(Self.chunk + 4096, Self.chunk * 2)])
    }

    @Test func marksDoNotTouchWhatIsDone() {
        var table = ChunkTable(size: Self.chunk * 2, chunkSize: Self.chunk)
        table.setSafe(bookmark(0, Self.chunk))
        table.mark(0, .active)
        table.failed(0)
        table.mark(7, .active)
        #expect(table.statuses[0] == ChunkStatus(state: .done, share: 255))
        for _ in 0..<300 { table.failed(1, isRefetch: true) }
        #expect(table.statuses[1] == ChunkStatus(state: .waiting, retries: 255, isRefetch: true))
    }

    @Test func anUnknownSizeGrows() {
        var table = ChunkTable(size: nil, chunkSize: Self.chunk)
        #expect(table.count == 0 && table.missing() == [])
        table.setSafe(bookmark(0, 100))
        #expect(table.count == 1 && table.statuses[0].share == 254)
        table.grow(to: Self.chunk + 1)
        #expect(table.count == 2 && table.statuses[0].share == 1)
        table.setSafe(bookmark(0, Self.chunk))
        #expect(table.isDone(0) && table.chunksDone == 1)
        table.setSafe(bookmark(1, 50))
        #expect(!table.isDone(1))
        table.setSize(Self.chunk + 50)
        #expect(table.isDone(1) && table.chunksDone == 2 && table.bytesDone == Self.chunk + 50)
    }

    /// Bookmarks may come before anybody has seen how far the request is.
    @Test func anUnknownSizeTakesAChunkFarAhead() {
        var table = ChunkTable(size: nil, chunkSize: Self.chunk)
        table.setSafe(bookmark(5, 10))
        #expect(table.count == 6 && table.bytesDone == 10)
        table.setSafe(bookmark(-1, 10))
        #expect(table.bytesDone == 10)
    }

    @Test func anEmptyFileIsComplete() {
        var table = ChunkTable(size: nil, chunkSize: Self.chunk)
        table.setSize(0)
        #expect(table.count == 0 && table.chunksDone == 0 && table.missing() == [])
    }

    @Test(arguments: [(0, 100, 0), (1, 100_000, 1), (50, 100, 127), (99_999, 100_000, 254), (100, 100, 255)])
    func aShareIsFullOnlyForEverything(_ part: Int64, _ whole: Int64, _ share: UInt8) {
        #expect(ChunkStatus.share(part, of: whole) == share)
    }

    /// Against a table that only remembers the bytes of each chunk.
    @Test(arguments: 0..<60)
    func itAgreesWithANaiveModel(_ seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let size = Int64.random(in: 1...(Self.chunk * 6), using: &random)
        let plan = ChunkPlan(size: size, chunkSize: Self.chunk)
        var table = ChunkTable(size: size, chunkSize: Self.chunk)
        var model = [Int64](repeating: 0, count: plan.count)
        for _ in 0..<80 {
            let index = Int.random(in: 0..<plan.count, using: &random)
            let length = plan.range(of: index).length
            switch Int.random(in: 0..<5, using: &random) {
            case 0:
                table.reset(index)
                model[index] = 0
            case 1: table.mark(index, .active)
            case 2: table.failed(index)
            default:
                let bytes = Bool.random(using: &random) ? length : Int64.random(in: 0...length, using: &random)
                table.setSafe(bookmark(index, bytes))
                model[index] = bytes
            }
            #expect(table.bytesDone == model.reduce(0, +))
            #expect(table.chunksDone == model.indices.filter { model[$0] == plan.range(of: $0).length }.count)
            let missing = table.missing()
            #expect(missing.map(\.length).reduce(0, +) == size - table.bytesDone)
            #expect(zip(missing, missing.dropFirst()).allSatisfy { $0.end < $1.start })
            for index in model.indices {
                #expect(table.safeBytes(index) == model[index])
                #expect(table.isDone(index) == (table.statuses[index].state == .done))
            }
        }
    }
}
