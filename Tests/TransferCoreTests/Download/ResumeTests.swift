import Testing

@testable import TransferCore

@Suite struct ResumeTests {
    private static let mebibyte = Bench.mebibyte
    private let id = TransferID(1)

    @Test func itExplainsItself() throws {
        var record = Bench.begun(size: 900 * Self.mebibyte)
        record.bytesDone = 812 * Self.mebibyte
        var bench = Bench([record])
        bench.resume(Bench.bookmark(0..<812))
        let order = try #require(bench.requests.first)
        #expect(bench.requests.count == 1 && order.precondition == .ifMatch(Bench.tag.entityTag!))
        #expect(!order.expectation.acceptsAnyVersion && order.expectation.range.start == 812 * Self.mebibyte)
        #expect(bench.row()?.state == .preparing)
        bench.accept(order, 900 * Self.mebibyte)
        #expect(bench.row()?.explanation?.description == "ETag unchanged, 812 of 900 chunks kept, 88 to fetch")
        #expect(bench.row()?.state == .active && bench.requests.count == 3)
        #expect(bench.row()?.chunks[0].state == .skipped)
    }

    @Test func aWeakValidatorWantsAnOverlap() throws {
        var bench = Bench([Bench.begun(validator: Bench.weakTag)])
        bench.resume(Bench.bookmark(0..<4))
        let order = try #require(bench.requests.first)
        #expect(bench.requests.count == 1 && order.purpose == .compare && order.precondition == nil)
        #expect(order.expectation.range == ByteRange(4 * Self.mebibyte - (64 << 10), 4 * Self.mebibyte))
        bench.end(order)
        let fetch = try #require(bench.requests.first)
        #expect(fetch.purpose == .fetch && fetch.expectation.range.start == 4 * Self.mebibyte)
        bench.accept(fetch, 10 * Self.mebibyte, validator: Bench.weakTag)
        #expect(
            bench.row()?.explanation?.description
                == "weak ETag: size unchanged and an overlap is identical, 4 of 10 chunks kept, 6 to fetch")
    }

    @Test func anOverlapBehindAGapWillDo() throws {
        var bench = Bench([Bench.begun(validator: Validator())])
        bench.resume([ChunkBookmark(index: 3, bytes: 8192, checksum: 1)])
        let start = 3 * Self.mebibyte
        #expect(bench.requests.first?.expectation.range == ByteRange(start, start + 8192))
    }

    @Test func aDifferentOverlapStartsOver() throws {
        var bench = Bench([Bench.begun(validator: Bench.weakTag)])
        bench.resume(Bench.bookmark(0..<4))
        let order = try #require(bench.requests.first)
        bench.fail(order, .remoteChanged)
        #expect(bench.effects.contains(.closeFile(id, delete: true)))
        bench.handle(.fileClosed(id))
        #expect(bench.requests.first?.expectation.acceptsAnyVersion == true)
        #expect(bench.row()?.explanation?.description.hasSuffix("starting over from 0") == true)
        #expect(bench.row()?.bytesDone == 0)
    }

    @Test func aLostPartFileStartsOver() {
        var bench = Bench([Bench.begun()])
        bench.handle(.timer)
        bench.handle(.bookmarkLoaded(id, Bench.bookmark(0..<4)))
        bench.handle(.fileOpened(id, .failure(TransferError(.partLost, "it is gone"))))
        #expect(bench.requests.first?.expectation.acceptsAnyVersion == true)
        #expect(bench.row()?.explanation?.description == "it is gone: starting over from 0")
    }

    @Test(arguments: [true, false])
    func aFileInItsPlaceIsComplete(_ isResumable: Bool) {
        var bench = Bench([Bench.begun(isResumable: isResumable, state: .verifying)])
        bench.handle(.timer)
        #expect(bench.effects == [.loadBookmark(id)])
        bench.handle(.bookmarkLoaded(id, Bench.bookmark(0..<10)))
        bench.handle(.fileOpened(id, .success(.inPlace)))
        #expect(bench.saved?.state == .completed && bench.row()?.state == .completed)
        #expect(bench.row()?.bytesDone == 10 * Self.mebibyte && bench.queue.isIdle)
    }

    @Test(arguments: [true, false])
    func aCrashBeforeTheRenameOnlyFinishes(_ isResumable: Bool) {
        var bench = Bench([Bench.begun(isResumable: isResumable, state: .verifying)])
        bench.resume(Bench.bookmark(0..<10))
        #expect(bench.finishes.count == 1 && bench.requests.isEmpty)
    }

    @Test func damagedChunksAreFetchedAgain() {
        var bench = Bench([Bench.begun()])
        bench.resume(Bench.bookmark(0..<10), damaged: [3])
        #expect(
            bench.effects.contains(
                .dropChunks(
                    id, [3], StoredProgress(bytesDone: 9 * Self.mebibyte, chunksDone: 9))))
        #expect(
            bench.requests.map(\.expectation.range) == [ByteRange(3 * Self.mebibyte, 4 * Self.mebibyte)])
        #expect(bench.row()?.chunks[3].isRefetch == true && bench.row()?.chunksDone == 9)
    }

    @Test func theLastChunkIsAlwaysSampled() {
        var bench = Bench([Bench.begun()])
        bench.handle(.timer)
        bench.handle(.bookmarkLoaded(id, Bench.bookmark([0, 5, 9])))
        guard case .openFile(_, .reopen(_, let identity, _, let bookmark, let samples)) = bench.effects.first else {
            Issue.record("no file is opened")
            return
        }
        #expect(identity == Bench.part && bookmark.count == 3 && samples.contains(9))
    }

    @Test func whatCannotBeResumedIsThrownAway() {
        var bench = Bench([Bench.begun(isResumable: false)])
        bench.handle(.timer)
        #expect(bench.effects.contains(.deleteFile(path: "/d/file1.part", identity: Bench.part)))
        #expect(bench.effects.contains(.forgetChunks(id)) && bench.saved == nil)
        #expect(bench.requests.first?.expectation.acceptsAnyVersion == true)
        #expect(bench.row()?.explanation?.description == "the server cannot resume: starting over from 0")
    }

    /// The last run ended between its first answer and its file.
    @Test func aVersionWithoutAFileMeansNothing() {
        var record = Bench.begun()
        record.part = nil
        var bench = Bench([record])
        bench.handle(.timer)
        #expect(bench.effects.contains(.forgetChunks(id)))
        #expect(bench.requests.first?.expectation.acceptsAnyVersion == true)
    }

    @Test func aStaleAddressIsResolvedAnewOnce() throws {
        let stale = "https://cdn.example.org/file?sig=1"
        var bench = Bench([Bench.begun(address: stale)])
        bench.resume(Bench.bookmark(0..<4))
        let order = try #require(bench.requests.first)
        #expect(order.address == stale)
        bench.fail(order, .forbidden)
        let again = try #require(bench.requests.first)
        #expect(again.address == Bench.source)
        bench.accept(again, 10 * Self.mebibyte, address: "https://cdn.example.org/file?sig=2")
        #expect(bench.saved?.version?.address == "https://cdn.example.org/file?sig=2")
        let others = bench.requests
        #expect(others.count == 3 && others.allSatisfy { $0.address.hasSuffix("sig=2") })
        bench.end(again)
        // All of them hear that it has expired; the news is one.
        for other in others { bench.fail(other, .forbidden) }
        #expect(bench.row()?.state != .paused)
    }

    @Test func aRefusalOfTheOriginalAddressStops() throws {
        let stale = "https://cdn.example.org/file?sig=1"
        var bench = Bench([Bench.begun(validator: Bench.weakTag, address: stale)])
        bench.resume(Bench.bookmark(0..<4))
        bench.fail(try #require(bench.requests.first), .notFound)
        let again = try #require(bench.requests.first)
        #expect(again.address == Bench.source && again.purpose == .compare)
        bench.fail(again, .notFound)
        bench.handle(.fileClosed(id))
        #expect(bench.row()?.state == .failed && bench.row()?.error?.code == .notFound)
    }
}
