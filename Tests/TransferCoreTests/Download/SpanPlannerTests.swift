import Testing
import TransferCore

@Suite struct SpanPlannerTests {
    private let one = RequestID(1)
    private let two = RequestID(2)
    private func at(_ seconds: Double) -> Instant { .zero + .seconds(seconds) }

    private func planner(_ ranges: ByteRange...) -> SpanPlanner {
        var planner = SpanPlanner(chunkSize: 100)
        for range in ranges { planner.want(range) }
        return planner
    }

    @Test func gapsAreTakenInOrder() {
        var planner = planner(ByteRange(500, 600), ByteRange(0, 100), ByteRange(200, 300), ByteRange(7, 7))
        #expect(planner.gaps.map(\.range.start) == [0, 200, 500])
        #expect(planner.take(for: one, at: .zero)?.range == ByteRange(0, 100))
        #expect(planner.take(for: two, at: .zero, limit: 50)?.range == ByteRange(200, 250))
        #expect(planner.gaps.map(\.range) == [ByteRange(250, 300), ByteRange(500, 600)])
    }

    @Test func whatFailedWaits() {
        var planner = SpanPlanner(chunkSize: 100)
        planner.want(ByteRange(0, 100), notBefore: at(5), failures: 3)
        #expect(planner.take(for: one, at: at(4)) == nil)
        #expect(planner.nextRetry == at(5))
        #expect(planner.take(for: one, at: at(5))?.failures == 3)
        _ = planner.end(one, receivedEnd: 0, notBefore: at(9), failures: 4)
        planner.forgetBackOff()
        #expect(planner.take(for: one, at: at(5))?.failures == 0)
    }

    @Test func partitionCutsAtChunks() {
        var planner = planner(ByteRange(50, 1030))
        planner.partition(into: 4)
        #expect(planner.gaps.count == 4)
        #expect(planner.gaps.dropFirst().allSatisfy { $0.range.start % 100 == 0 })
        #expect(planner.gaps.first?.range.start == 50 && planner.gaps.last?.range.end == 1030)
        var small = self.planner(ByteRange(0, 150))
        small.partition(into: 8)
        #expect(small.gaps.count == 1)
    }

    @Test func anIdleConnectionTakesTheBackHalf() {
        var planner = planner(ByteRange(0, 1000))
        _ = planner.take(for: one, at: .zero)
        planner.progressed(one, to: 190)
        let stolen = planner.steal(for: two, at: at(10))
        #expect(stolen?.victim == one && stolen?.end == 600)
        #expect(stolen?.span.range == ByteRange(600, 1000))
        #expect(planner.running[one]?.range == ByteRange(0, 600))
        // What will be over soon is left alone, and so is what is only a chunk.
        planner.progressed(one, to: 599)
        planner.progressed(two, to: 850)
        #expect(planner.steal(for: RequestID(3), at: at(20)) == nil)
    }

    @Test func signedAnswersComeChunkByChunk() {
        var planner = planner(ByteRange(20, 1000))
        planner.isChunkwise = true
        #expect(planner.take(for: one, at: .zero)?.range == ByteRange(20, 100))
        #expect(planner.take(for: two, at: .zero)?.range == ByteRange(100, 200))
        #expect(planner.steal(for: RequestID(3), at: at(10)) == nil)
    }

    @Test func aCrawlerIsFound() {
        var planner = SpanPlanner(chunkSize: 100)
        for id in 1...3 {
            let start = Int64(id) * 10_000
            planner.adopt(RequestID(UInt64(id)), ByteRange(start, start + 10_000), startedAt: .zero)
        }
        planner.progressed(RequestID(1), to: 15_000)
        planner.progressed(RequestID(2), to: 20_100)
        planner.progressed(RequestID(3), to: 35_000)
        #expect(planner.crawler(at: at(4)) == nil)
        #expect(planner.crawler(at: at(5)) == two)
        _ = planner.end(RequestID(1), receivedEnd: 20_000)
        #expect(planner.crawler(at: at(5)) == nil)
    }

    @Test func anEndGivesBackWhatIsMissing() {
        var planner = planner(ByteRange(0, 1000))
        _ = planner.take(for: one, at: .zero)
        #expect(planner.end(one, receivedEnd: 300)?.rest == ByteRange(300, 1000))
        #expect(planner.end(one, receivedEnd: 300) == nil)
        _ = planner.take(for: two, at: .zero)
        #expect(planner.end(two, receivedEnd: 5000)?.rest.isEmpty == true)
        #expect(planner.isComplete)
    }

    @Test func anUnknownEndBecomesKnown() {
        var planner = planner(ByteRange(0, .max))
        _ = planner.take(for: one, at: .zero)
        #expect(planner.steal(for: two, at: at(9)) == nil)
        planner.setEnd(of: one, to: 250)
        #expect(planner.end(one, receivedEnd: 250)?.rest.isEmpty == true && planner.isComplete)
    }

    /// After any operations, every wanted byte is in a gap, in a running span or arrived: in exactly one of them.
    @Test(arguments: 0..<60)
    func everyByteIsInOnePlace(_ seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let size = Int64.random(in: 1...3000, using: &random)
        var planner = planner(ByteRange(0, size))
        planner.isChunkwise = seed % 5 == 0
        var arrived: [ByteRange] = []
        var last: UInt64 = 0
        var now = Instant.zero
        for _ in 0..<120 {
            now = now + .milliseconds(Int.random(in: 0...400, using: &random))
            last += 1
            let id = planner.running.keys.sorted().randomElement(using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: _ = planner.take(for: RequestID(last), at: now)
            case 1: _ = planner.steal(for: RequestID(last), at: now)
            case 2: planner.partition(into: Int.random(in: 1...6, using: &random))
            case 3: planner.forgetBackOff()
            case 4:
                guard let id, let span = planner.running[id] else { break }
                planner.progressed(id, to: Int64.random(in: span.received...span.range.end, using: &random))
            default:
                guard let id, let span = planner.running[id] else { break }
                let end = Int64.random(in: span.range.start...span.range.end, using: &random)
                let wait = now + .seconds(Int.random(in: 0...1, using: &random))
                guard let ended = planner.end(id, receivedEnd: end, notBefore: wait, failures: 1) else { break }
                arrived.append(ByteRange(ended.span.range.start, ended.rest.start))
            }
            let all = arrived + planner.gaps.map(\.range) + planner.running.values.map(\.range)
            var offset: Int64 = 0
            for range in all.filter({ !$0.isEmpty }).sorted(by: { $0.start < $1.start }) {
                #expect(range.start == offset)
                offset = range.end
            }
            #expect(offset == size)
        }
    }
}
