import Testing

@testable import TransferCore

/// What people are shown of a transfer and of a chunk that they look at closely.
@Suite struct InspectionTests {
    private static let mebibyte = Bench.mebibyte
    private let id = TransferID(1)

    private func watched(_ bench: inout Bench) -> TransferDetail? {
        bench.queue.snapshot(at: Moment(now: bench.now, wall: WallTime(milliseconds: 0))).watched
    }

    /// A download of 10 chunks on one connection, watched.
    private func fetching() throws -> (bench: Bench, order: RequestOrder) {
        var bench = Bench([Bench.fresh(connections: 1)])
        bench.handle(.timer)
        let order = try #require(bench.requests.first)
        bench.handle(.command(.watch(id)))
        bench.now = bench.now + .milliseconds(80)
        bench.accept(order, 10 * Self.mebibyte, kind: .whole)
        bench.create(id)
        return (bench, order)
    }

    @Test func chunksOfADownloadAreMeasuredAsTheyCome() throws {
        var (bench, order) = try fetching()
        for (chunk, milliseconds) in [(1, 100), (2, 400), (3, 100)] {
            bench.now = bench.now + .milliseconds(milliseconds)
            bench.handle(.progress([order.id: Int64(chunk) * Self.mebibyte]))
        }
        let seen = watched(&bench)
        let detail = try #require(seen)
        let speeds = try (0..<3).map { try #require(detail.speeds[$0]) }
        #expect(abs(speeds[0] / 10_485_760 - 1) < 0.07)
        #expect(abs(speeds[1] / 2_621_440 - 1) < 0.07)
        #expect(abs(speeds[2] / 10_485_760 - 1) < 0.07)
        #expect(detail.speeds[3] == nil)
        #expect(abs(try #require(detail.latencies[0]) / 80_000 - 1) < 0.07)
    }

    @Test func theLastChunkOfAFileIsMeasuredToo() throws {
        var bench = Bench([Bench.fresh(connections: 1)])
        bench.handle(.timer)
        let order = try #require(bench.requests.first)
        bench.handle(.command(.watch(id)))
        bench.accept(order, Self.mebibyte + 5, kind: .whole)
        bench.create(id)
        bench.now = bench.now + .seconds(1)
        bench.end(order, at: Self.mebibyte + 5)
        let detail = watched(&bench)
        #expect(detail?.speeds[0] != nil && detail?.speeds[1] != nil)
    }

    @Test func measurementsOutliveTheRun() throws {
        var (bench, order) = try fetching()
        bench.now = bench.now + .milliseconds(100)
        bench.handle(.progress([order.id: Self.mebibyte]))
        bench.handle(.command(.pause([id])))
        bench.cancelled(order)
        bench.handle(.fileClosed(id))
        #expect(bench.row()?.state == .paused)
        #expect(watched(&bench)?.speeds[0] != nil)
    }

    @Test func anotherVersionIsMeasuredAnew() throws {
        var (bench, order) = try fetching()
        bench.now = bench.now + .milliseconds(100)
        bench.handle(.progress([order.id: Self.mebibyte]))
        bench.fail(order, .connectionLost, at: Self.mebibyte)
        bench.handle(.fileClosed(id))
        bench.pass(.seconds(60))
        bench.accept(3 * Self.mebibyte)
        #expect(watched(&bench)?.speeds[0] == nil)
    }

    @Test func safeBytesPerSecondAreKept() throws {
        var (bench, _) = try fetching()
        bench.handle(.bookmarked(id, Bench.bookmark(0..<3)))
        bench.now = bench.now + .seconds(2)
        #expect(watched(&bench)?.throughput == [Double(3 * Self.mebibyte), 0])
    }

    @Test func aChunkThatWaitsTellsAllThatIsKnown() throws {
        var bench = Bench([Bench.begun()])
        bench.resume(Bench.bookmark(0..<3))
        let order = try #require(bench.requests.first)
        bench.handle(.command(.watch(id)))
        bench.accept(order, 10 * Self.mebibyte)
        bench.handle(.command(.inspect(id, chunk: 3)))
        #expect(bench.effects.contains(.loadChunk(id, 3)))
        let head = ResponseHead(status: 503, fields: [HeaderField("Retry-After", "1"), HeaderField("Set-Cookie", "s")])
        var report = RequestReport(
            outcome: .failed(TransferError(.serverBusy, "503"), retryAfter: .seconds(30), nil),
            receivedEnd: 3 * Self.mebibyte, timeToFirstByte: .milliseconds(88), status: 503)
        report.head = AnswerHead(head)
        bench.handle(.requestEnded(order.id, report))
        let seen = watched(&bench)?.chunk
        let chunk = try #require(seen)
        #expect(chunk.index == 3 && chunk.range == ByteRange(3 * Self.mebibyte, 4 * Self.mebibyte))
        #expect(chunk.attempts.map(\.status) == [503] && chunk.failures == 1)
        #expect(try #require(chunk.nextTry) > bench.now)
        #expect(chunk.head?.status == 503 && chunk.head?.fields.map(\.value.description) == ["1", "***"])
        #expect(chunk.safeBytes == 0 && chunk.checksum == nil)

        bench.handle(.command(.inspect(id, chunk: 1)))
        bench.handle(.chunkLoaded(id, 1, ChunkBookmark(index: 1, bytes: Self.mebibyte, checksum: 7)))
        bench.handle(.chunkLoaded(id, 3, ChunkBookmark(index: 3, bytes: 1, checksum: 9)))
        let other = watched(&bench)?.chunk
        let safe = try #require(other)
        #expect(safe.checksum == 7 && safe.attempts.isEmpty && safe.nextTry == nil && safe.head == nil)
        bench.handle(.bookmarked(id, [ChunkBookmark(index: 1, bytes: Self.mebibyte, checksum: 8)]))
        #expect(watched(&bench)?.chunk?.checksum == 8)

        for command in [EngineCommand.inspect(id, chunk: nil), .inspect(id, chunk: 10), .inspect(id, chunk: -1)] {
            bench.handle(.command(command))
            #expect(watched(&bench)?.chunk == nil)
        }
        bench.handle(.command(.inspect(TransferID(2), chunk: 1)))
        #expect(watched(&bench)?.chunk == nil)
    }

    @Test func whatIsSentIsShownAndNotCounted() throws {
        var bench = Bench.sending()
        let orders = bench.orders.map(\.id)
        bench.handle(.command(.watch(id)))
        for step in 1...4 {
            bench.now = bench.now + .seconds(1)
            bench.handle(.progress([orders[0]: Int64(step) * 200_000, orders[1]: 2 * Self.mebibyte]))
        }
        let first = bench.row()
        let row = try #require(first)
        #expect(row.bytesDone == 0 && row.bytesPerSecond == 0 && row.timeLeft == nil)
        #expect(row.bytesSentPerSecond > 200_000)
        #expect(row.chunks[0].state == .active && row.chunks[0].share == 194)
        #expect(row.chunks[1].share == 254, "what is sent is not safe")
        let seen = watched(&bench)
        let detail = try #require(seen)
        #expect(detail.throughput == [1_248_576, 200_000, 200_000])
    }

    @Test func anUploadedChunkHasItsReceiptAndItsSpeed() throws {
        var bench = Bench.sending()
        let orders = bench.orders
        bench.handle(.command(.watch(id)))
        bench.handle(.command(.inspect(id, chunk: 0)))
        bench.now = bench.now + .seconds(1)
        bench.store(orders[0])
        bench.refuse(orders[1], .serverBusy, after: .seconds(20))
        bench.handle(.bookmarked(id, Bench.receipts([0])))
        let seen = watched(&bench)
        let detail = try #require(seen)
        #expect(detail.chunk?.receipt?.sha256 == "r0" && detail.chunk?.checksum == nil)
        #expect(abs(try #require(detail.speeds[0]) / Double(Self.mebibyte) - 1) < 0.07)
        bench.handle(.command(.inspect(id, chunk: 1)))
        let other = watched(&bench)?.chunk
        let waiting = try #require(other)
        #expect(waiting.failures == 1 && waiting.attempts.count == 1 && waiting.receipt == nil)
        #expect(try #require(waiting.nextTry) >= bench.now + .seconds(20))
    }

    @Test func aHeadIsShort() {
        let fields = (0..<500).map { HeaderField("X-\($0)", String(repeating: "語", count: 100)) }
        let head = AnswerHead(ResponseHead(status: 500, fields: fields))
        let kept = head.fields.reduce(0) { $0 + $1.name.description.utf8.count + $1.value.description.utf8.count }
        #expect(head.isCut && kept <= AnswerHead.longest + 8 && kept > AnswerHead.longest - 400)
        let one = AnswerHead(ResponseHead(status: 500, fields: [HeaderField("A", String(repeating: "x", count: 9999))]))
        #expect(one.isCut && one.fields.count == 1)
        let whole = AnswerHead(ResponseHead(status: 204, fields: [HeaderField("A", "\u{1B}[2J")]))
        #expect(!whole.isCut && whole.fields.first?.value.description == "\\x1b[2J")
    }

    @Test func onlyTheLastHeadsAreKept() {
        var heads = TroubledHeads()
        for chunk in 0..<40 { heads.keep(AnswerHead(ResponseHead(status: 500 + chunk)), of: chunk) }
        #expect((0..<40).filter { heads[$0] != nil } == Array(24..<40))
        for status in [501, 502] { heads.keep(AnswerHead(ResponseHead(status: status)), of: 30) }
        #expect(heads[30]?.status == 502 && heads[24] != nil)
    }
}
