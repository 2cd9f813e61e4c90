import Testing

@testable import TransferCore

@Suite struct FreshDownloadTests {
    private static let mebibyte = Bench.mebibyte

    @Test func aSmallFileTakesOneRequest() throws {
        var bench = Bench([Bench.fresh()])
        bench.handle(.timer)
        let order = try #require(bench.requests.first)
        #expect(bench.requests.count == 1 && order.expectation.range == ByteRange(0, Self.mebibyte))
        #expect(order.expectation.acceptsAnyVersion && order.precondition == nil)
        bench.accept(1000)
        #expect(bench.saved?.part == Bench.part && bench.requests.isEmpty)
        bench.end(order, at: 1000)
        #expect(bench.finishes.first?.size == 1000 && bench.finishes.first?.intent.state == .verifying)
        bench.handle(.bookmarked(TransferID(1), [ChunkBookmark(index: 0, bytes: 1000, checksum: 0)]))
        bench.handle(
            .finished(TransferID(1), .success(FinishedFile(sha256: "ab", finishedAt: WallTime(milliseconds: 9)))))
        let row = bench.row()
        #expect(row?.state == .completed && row?.bytesDone == 1000 && row?.chunksDone == 1 && row?.sha256 == "ab")
        #expect(bench.queue.isIdle)
    }

    @Test func aLargeFileGoesOverAllConnections() {
        var bench = Bench([Bench.fresh()])
        bench.handle(.timer)
        bench.accept(40 * Self.mebibyte)
        #expect(bench.requests.count == 3)
        #expect(bench.requests.allSatisfy { $0.precondition == .ifMatch(Bench.tag.entityTag!) })
        #expect(bench.requests.allSatisfy { $0.expectation.range.start % Self.mebibyte == 0 })
        #expect(bench.row()?.connections == 4 && bench.row()?.state == .active)
    }

    /// Two requests in one chunk at a time would break its checksum and its bookmark.
    @Test(arguments: [2, 3, 64] as [Int64])
    func noRequestBeginsInsideAChunkThatAnotherFills(_ chunkSize: Int64) throws {
        var bench = Bench([Bench.fresh { $0.chunkSize = chunkSize * Self.mebibyte }])
        bench.handle(.timer)
        let opening = try #require(bench.requests.first)
        bench.accept(640 * Self.mebibyte)
        let starts = bench.requests.map(\.expectation.range.start)
        #expect(!starts.isEmpty && starts.allSatisfy { $0 % (chunkSize * Self.mebibyte) == 0 })
        bench.end(opening)
        #expect(bench.requests.first?.expectation.range.start == Self.mebibyte)
    }

    @Test func aShortAnswerInsideAChunkIsContinuedAfterItsEnd() throws {
        var bench = Bench([Bench.fresh(connections: 2)])
        bench.handle(.timer)
        let opening = try #require(bench.requests.first)
        bench.accept(4 * Self.mebibyte, kind: .partial(ByteRange(0, 5000)))
        #expect(bench.requests.map(\.expectation.range.start) == [Self.mebibyte])
        bench.end(opening, at: 4096)
        #expect(bench.requests.map(\.expectation.range) == [ByteRange(4096, Self.mebibyte)])
    }

    @Test func anAnswerWithoutAUsableByteIsAFailure() throws {
        var bench = Bench([Bench.fresh(connections: 1)])
        bench.handle(.timer)
        let opening = try #require(bench.requests.first)
        bench.accept(4 * Self.mebibyte, kind: .partial(ByteRange(0, 100)))
        bench.end(opening, at: 0)
        #expect(bench.row()?.retries == 1)
        #expect(bench.row()?.chunks.first?.state == .waiting)
    }

    @Test func anEmptyFileIsFinishedAtOnce() throws {
        var bench = Bench([Bench.fresh()])
        bench.handle(.timer)
        let order = try #require(bench.requests.first)
        bench.accept(order, nil, kind: .empty)
        bench.end(order, at: 0)
        bench.create(TransferID(1))
        #expect(bench.finishes.first?.size == 0)
    }

    @Test func aServerWithoutRangesGetsOneConnection() throws {
        var bench = Bench([Bench.fresh()])
        bench.handle(.timer)
        let order = try #require(bench.requests.first)
        bench.accept(10 * Self.mebibyte, kind: .whole)
        bench.pass(.seconds(1))
        #expect(bench.requests.isEmpty && bench.row()?.isResumable == false)
        #expect(bench.row()?.explanation?.description.contains("ignores ranges") == true)
        bench.end(order, at: 10 * Self.mebibyte)
        #expect(bench.finishes.first?.size == 10 * Self.mebibyte)
    }

    @Test func withoutALengthTheEndTells() throws {
        var bench = Bench([Bench.fresh()])
        bench.handle(.timer)
        let order = try #require(bench.requests.first)
        bench.accept(nil, kind: .whole)
        bench.handle(.progress([order.id: 3_000_000]))
        #expect(bench.row()?.bytesTotal == nil && bench.row()?.chunksTotal == 0 && bench.row()?.timeLeft == nil)
        bench.handle(.bookmarked(TransferID(1), Bench.bookmark(0..<2)))
        bench.end(order, at: 3_000_000)
        #expect(bench.finishes.first?.size == 3_000_000 && bench.row()?.chunksTotal == 3)
        #expect(bench.row()?.state == .verifying && bench.row()?.chunksDone == 2)
    }

    @Test func aBrokenStreamThatCannotResumeStartsOver() throws {
        var bench = Bench([Bench.fresh()])
        bench.handle(.timer)
        let order = try #require(bench.requests.first)
        bench.accept(10 * Self.mebibyte, kind: .whole)
        bench.fail(order, .connectionLost, at: 5 * Self.mebibyte)
        #expect(bench.effects.contains(.closeFile(TransferID(1), delete: true)))
        bench.handle(.fileClosed(TransferID(1)))
        #expect(bench.effects.contains(.forgetChunks(TransferID(1))))
        bench.pass(.seconds(60))
        #expect(bench.requests.first?.expectation.acceptsAnyVersion == true)
        #expect(bench.row()?.explanation?.description.hasSuffix("starting over from 0") == true)
    }

    @Test func digestsAreComparedAtTheEnd() throws {
        var bench = Bench([Bench.fresh { $0.sha256 = "aa" }])
        bench.handle(.timer)
        let order = try #require(bench.requests.first)
        bench.accept(10, kind: .partial(ByteRange(0, 10)))
        bench.end(order, at: 10)
        #expect(bench.finishes.first?.digests == [ExpectedDigest(sha256: "aa", origin: .user)])
        bench.handle(.finished(TransferID(1), .failure(TransferError(.digestMismatch, "differs"))))
        #expect(bench.effects.contains(.closeFile(TransferID(1), delete: false)))
        bench.handle(.fileClosed(TransferID(1)))
        #expect(bench.row()?.state == .paused && bench.row()?.error?.code == .digestMismatch)
        // What is there came that way: retry fetches all of it again, and gets rid of it first.
        bench.handle(.command(.retry([TransferID(1)])))
        #expect(bench.effects.contains(.deleteFile(path: "/d/file1.part", identity: Bench.part)))
        #expect(bench.requests.first?.expectation.acceptsAnyVersion == true && bench.row()?.bytesDone == 0)
    }

    @Test func aTakenNameAsksTheUser() throws {
        var bench = Bench([Bench.fresh()])
        bench.handle(.timer)
        let order = try #require(bench.requests.first)
        bench.accept(order, 10 * Self.mebibyte)
        bench.handle(.fileOpened(TransferID(1), .failure(TransferError(.nameTaken, "there is one"))))
        #expect(bench.cancels == [order.id] && bench.saved?.error?.code == .nameTaken)
        bench.cancelled(order)
        #expect(bench.row()?.state == .paused && bench.queue.isIdle)
    }

    @Test func signedAnswersAreFetchedChunkByChunk() throws {
        var bench = Bench([Bench.fresh(connections: 2)])
        bench.handle(.timer)
        let order = try #require(bench.requests.first)
        bench.accept(order, 8 * Self.mebibyte, bodyDigest: "aa")
        bench.create(TransferID(1))
        let chunk = try #require(bench.requests.first)
        #expect(chunk.expectation.range == ByteRange(Self.mebibyte, 2 * Self.mebibyte))
        bench.fail(chunk, .digestMismatchOfChunk)
        #expect(bench.row()?.chunks[1] == ChunkStatus(state: .waiting, retries: 1, isRefetch: true))
    }
}
