import Testing

@testable import UploadServer

@Suite struct ChunkRangesTests {
    private func ranges(_ indices: [Int]) -> ChunkRanges {
        indices.reduce(into: ChunkRanges()) { $0.append($1) }
    }

    @Test func neighboursJoin() {
        #expect(ranges([0, 1, 2, 5, 7, 8]).ranges == [0...2, 5...5, 7...8])
        #expect(ranges([0, 1, 2, 5, 7, 8]).json == "[[0,2],[5,5],[7,8]]")
        #expect(ranges([]).json == "[]")
    }

    @Test func theFirstMissing() {
        #expect(ranges([]).firstMissing == 0)
        #expect(ranges([1, 2]).firstMissing == 0)
        #expect(ranges([0, 1, 3]).firstMissing == 2)
        #expect(ChunkRanges(first: 4).firstMissing == 4)
    }

    @Test func theRestIsMissing() {
        #expect(ranges([1, 4]).missing(of: 7, limit: 9).ranges == [0...0, 2...3, 5...6])
        #expect(ranges([1, 4]).missing(of: 7, limit: 2).ranges == [0...0, 2...3])
        #expect(ranges([]).missing(of: 3, limit: 9).ranges == [0...2])
        #expect(ChunkRanges(first: 3).missing(of: 3, limit: 9).ranges.isEmpty)
    }

    /// Whatever was received, what is missing is exactly the rest.
    @Test func receivedAndMissingAddUp() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let count = Int.random(in: 0...40, using: &random)
            let received = (0..<count).filter { _ in Bool.random(using: &random) }
            let missing = ranges(received).missing(of: count, limit: .max).ranges.flatMap { Array($0) }
            #expect((received + missing).sorted() == Array(0..<count))
        }
    }
}
