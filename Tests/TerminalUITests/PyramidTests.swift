import Testing
import TransferCore

@testable import TerminalUI

@Suite struct PyramidTests {
    /// Chunks in all states, the same for the same seed.
    static func random(_ count: Int, seed: UInt64) -> [ChunkStatus] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in
            ChunkStatus(
                state: ChunkState.allCases.randomElement(using: &random) ?? .done,
                retries: UInt8.random(in: 0...20, using: &random) / 20, share: .random(in: 0...254, using: &random),
                isRefetch: Int.random(in: 0..<500, using: &random) == 0)
        }
    }

    private func check(_ pyramid: ChunkPyramid, _ random: inout SeededRandom) {
        let count = pyramid.chunks.count
        #expect(pyramid.total == ChunkTally(pyramid.chunks))
        for _ in 0..<60 {
            let one = Int.random(in: 0...count, using: &random)
            let other = Int.random(in: 0...count, using: &random)
            let range = min(one, other)..<max(one, other)
            #expect(pyramid.tally(range) == ChunkTally(pyramid.chunks[range]), "\(range) of \(count)")
        }
    }

    @Test(arguments: [0, 1, 31, 32, 4095, 4096, 4097, 32_768, 32_769, 70_001])
    func anyRangeIsCountedRightly(_ count: Int) {
        var random = SeededRandom(seed: UInt64(count))
        check(ChunkPyramid(Self.random(count, seed: 7)), &random)
    }

    @Test func whatChangesIsCountedAgain() {
        var random = SeededRandom(seed: 1)
        var chunks = Self.random(40_000, seed: 2)
        var pyramid = ChunkPyramid(chunks)
        for round in 0..<40 {
            switch round % 10 {
            // A file of unknown size grows; one that starts over is short again.
            case 8: chunks += Self.random(1500, seed: UInt64(round))
            case 9: chunks.removeLast(min(chunks.count, round == 19 ? 39_000 : 900))
            default:
                for _ in 0..<5 where !chunks.isEmpty {
                    chunks[Int.random(in: 0..<chunks.count, using: &random)] = ChunkStatus(
                        state: .failed, retries: UInt8(round))
                }
            }
            pyramid.update(to: chunks)
            check(pyramid, &random)
        }
    }

    @Test func aSmallPyramidGrowsAndShrinks() {
        var random = SeededRandom(seed: 3)
        var pyramid = ChunkPyramid(flat: [])
        for count in [10, 5000, 100, 0, 40_000, 4096] {
            pyramid.update(to: Self.random(count, seed: UInt64(count)))
            check(pyramid, &random)
        }
    }

    @Test(arguments: [1, 40, 5000, 100_000])
    func theNextProblemIsFound(_ count: Int) {
        var chunks = Fixtures.chunks(count, safe: count / 2)
        #expect(ChunkPyramid(chunks).problem(in: 0..<count) == nil)
        #expect(ChunkPyramid(chunks).problem(in: 0..<0) == nil)
        let problems = Set([0, count / 3, count / 2, count - 1])
        for index in problems { chunks[index] = ChunkStatus(state: .failed) }
        let pyramid = ChunkPyramid(chunks)
        for first in [0, 1, count / 3, count / 3 + 1, count - 1] where first < count {
            #expect(pyramid.problem(in: first..<count) == problems.filter { $0 >= first }.min())
            #expect(pyramid.problem(in: 0..<first, last: true) == problems.filter { $0 < first }.max())
        }
    }

    @Test func thePyramidOfAnotherPictureIsNotUsed() {
        var transfer = Fixtures.transfer(1, "a", .active)
        transfer.chunks = Fixtures.chunks(10_000, safe: 5000)
        var pyramids = ChunkPyramids()
        pyramids.update(to: [transfer])
        #expect(pyramids[transfer].total.safe == 5000)
        transfer.chunks[9999].state = .done
        #expect(pyramids[transfer].total.safe == 5001)
        pyramids.update(to: [transfer])
        #expect(pyramids[transfer].total.safe == 5001)
        pyramids.update(to: [])
        #expect(pyramids[transfer].total.safe == 5001)
    }
}
