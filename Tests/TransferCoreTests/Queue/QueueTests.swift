import Testing

@testable import TransferCore

@Suite struct QueueTests {
    private static let mebibyte = Bench.mebibyte

    @Test func transfersStartInOrder() {
        let records = (1...9).map { Bench.fresh($0) }
        var bench = Bench(records)
        bench.handle(.timer)
        #expect(bench.requests.map(\.transfer) == [1, 2, 3].map { TransferID($0) })
    }

    @Test func onlyAFewLargeOnesRun() {
        var bench = Bench((1...9).map { Bench.fresh($0, connections: 1) })
        bench.handle(.timer)
        for order in bench.requests {
            bench.accept(order, 100 * Self.mebibyte, kind: .partial(ByteRange(0, Self.mebibyte)))
            bench.create(order.transfer)
        }
        bench.pass(.seconds(1))
        #expect(bench.queue.running.count == 3)
    }

    @Test func theRampWidensForSmallFilesAndNarrowsForLargeOnes() {
        var bench = Bench((1...200).map { Bench.fresh($0, connections: 1) })
        bench.handle(.timer)
        var open = bench.requests
        for _ in 0..<40 {
            let order = open.removeFirst()
            bench.accept(order, 10, kind: .partial(ByteRange(0, 10)))
            bench.create(order.transfer)
            bench.end(order, at: 10)
            open += bench.requests
            let finished = FinishedFile(sha256: nil, finishedAt: WallTime(milliseconds: 0))
            bench.handle(.finished(order.transfer, .success(finished)))
            open += bench.requests
        }
        #expect(bench.queue.running.count == 16)
        bench.accept(open[0], 100 * Self.mebibyte, kind: .partial(ByteRange(0, Self.mebibyte)))
        #expect(bench.queue.ramp.allowance == 3)
    }

    @Test func aRemoteGetsSoManyConnections() {
        var settings = EngineSettings()
        settings.connectionsPerRemote = 5
        var bench = Bench([Bench.fresh(1, connections: 64), Bench.fresh(2)], settings: settings)
        bench.handle(.timer)
        bench.accept(bench.requests[0], 500 * Self.mebibyte, kind: .partial(ByteRange(0, Self.mebibyte)))
        bench.create(TransferID(1))
        #expect(bench.queue.requests.count == 5)
    }

    @Test func othersAreLeftAsTheyAre() {
        var bench = Bench((1...3).map { Bench.fresh($0) }, only: [TransferID(2)])
        bench.handle(.timer)
        #expect(bench.requests.map(\.transfer) == [TransferID(2)])
        #expect(bench.row(1)?.state == .queued)
    }

    @Test func unknownIdsAreIgnored() {
        var bench = Bench([Bench.fresh()])
        bench.handle(.timer)
        let nobody = [TransferID(99)]
        for command: EngineCommand in [
            .pause(nobody), .resume(nobody), .retry(nobody), .remove(nobody, withData: true), .verify(nobody),
            .watch(nobody[0]),
        ] {
            #expect(bench.handle(.command(command)).isEmpty)
        }
        let id = nobody[0]
        #expect(bench.handle(.fileClosed(id), .bookmarked(id, []), .bookmarkLoaded(id, [])).isEmpty)
        let report = RequestReport(outcome: .cancelled, receivedEnd: 0)
        #expect(bench.handle(.requestEnded(RequestID(99), report)).isEmpty)
    }

    @Test func whatIsAddedStarts() {
        var bench = Bench([])
        #expect(bench.queue.isIdle)
        bench.handle(.command(.add([])))
        #expect(bench.effects == [.insert([])])
        bench.handle(.added([Bench.fresh()]))
        #expect(bench.requests.count == 1 && !bench.queue.isIdle)
    }

    @Test func pausingAndResumingWhileRequestsDrain() throws {
        var bench = Bench([Bench.begun()])
        bench.resume(Bench.bookmark(0..<4))
        let order = try #require(bench.requests.first)
        let id = TransferID(1)
        bench.handle(.command(.pause([id])))
        #expect(bench.saved?.state == .paused && bench.cancels == [order.id])
        bench.handle(.command(.resume([id])))
        #expect(bench.effects.isEmpty)
        bench.cancelled(order)
        #expect(bench.effects == [.closeFile(id, delete: false)])
        bench.handle(.fileClosed(id))
        #expect(bench.saved?.state == .queued && bench.effects.contains(.loadBookmark(id)))
    }

    /// The wish to go on must not be lost with the end of the engine.
    @Test func aResumeBeforeAShutdownCounts() throws {
        var bench = Bench([Bench.begun()])
        bench.resume(Bench.bookmark(0..<4))
        let order = try #require(bench.requests.first)
        bench.handle(.command(.pause([TransferID(1)])), .command(.resume([TransferID(1)])), .shutdown)
        bench.cancelled(order)
        bench.handle(.fileClosed(TransferID(1)))
        #expect(bench.saved?.state == .queued && bench.queue.isStopped && bench.requests.isEmpty)
    }

    @Test func aShutdownDuringTheRenameWaitsForIt() throws {
        for result: Result<FinishedFile, TransferError> in [
            .success(FinishedFile(sha256: nil, finishedAt: WallTime(milliseconds: 1))),
            .failure(TransferError(.fileFailure, "stopped")),
        ] {
            var bench = Bench([Bench.begun(state: .verifying)])
            bench.resume(Bench.bookmark(0..<10))
            bench.handle(.shutdown)
            #expect(bench.effects.isEmpty && !bench.queue.isStopped)
            bench.handle(.finished(TransferID(1), result))
            bench.handle(.fileClosed(TransferID(1)))
            #expect(bench.queue.isStopped && bench.row()?.error == nil && bench.row()?.state != .paused)
        }
    }

    @Test func aTransferRemovedDuringTheRenameGoesAfterIt() {
        var bench = Bench([Bench.begun(state: .verifying)])
        bench.resume(Bench.bookmark(0..<10))
        bench.handle(.command(.remove([TransferID(1)], withData: true)))
        #expect(bench.effects.isEmpty)
        let finished = FinishedFile(sha256: nil, finishedAt: WallTime(milliseconds: 1))
        bench.handle(.finished(TransferID(1), .success(finished)))
        #expect(bench.effects.contains(.remove(TransferID(1))) && bench.row() == nil)
        #expect(!bench.effects.contains { if case .deleteFile = $0 { true } else { false } })
    }

    @Test func removingWhatIsBeingVerifiedEndsIt() {
        var bench = Bench([Bench.begun(state: .paused)])
        bench.handle(.command(.verify([TransferID(1)])))
        #expect(bench.row()?.state == .verifying && !bench.queue.isIdle)
        bench.handle(.command(.remove([TransferID(1)], withData: false)))
        bench.handle(.verified(TransferID(1), .success(VerifyReport(checked: 1, damaged: []))), .shutdown)
        #expect(bench.queue.isStopped)
    }

    @Test func verifyingFindsDamage() {
        var record = Bench.begun(state: .completed)
        record.bytesDone = 10 * Self.mebibyte
        record.chunksDone = 10
        var bench = Bench([record])
        bench.handle(.command(.verify([TransferID(1)])))
        bench.handle(.verified(TransferID(1), .success(VerifyReport(checked: 10, damaged: [2]))))
        #expect(
            bench.effects.contains(
                .dropChunks(
                    TransferID(1), [2], StoredProgress(bytesDone: 9 * Self.mebibyte, chunksDone: 9))))
        #expect(bench.effects.contains(.loadBookmark(TransferID(1))))
        #expect(bench.queue.entries[TransferID(1)]?.record.bytesDone == 9 * Self.mebibyte)
    }

    @Test func whatWaitsToBeFinishedCanBePausedAndVerified() {
        var bench = Bench([Bench.begun(state: .verifying)], only: [])
        bench.handle(.command(.verify([TransferID(1)])))
        bench.handle(.verified(TransferID(1), .failure(TransferError(.partLost, "gone"))))
        bench.handle(.command(.pauseAll))
        #expect(bench.saved?.state == .paused)
    }

    /// Interrupting it would throw away what cannot be resumed, and lose the transfer from the queue.
    @Test func aStreamIsNotInterruptedToBeVerified() {
        var bench = Bench([Bench.fresh()])
        bench.handle(.timer)
        bench.accept(nil, kind: .whole)
        bench.handle(.command(.verify([TransferID(1)])))
        #expect(bench.cancels.isEmpty && bench.row()?.state == .active)
    }

    /// Ten thousand transfers: no command costs the square of that.
    @Test func aLongQueueIsCheap() {
        var bench = Bench((1...10_000).map { Bench.fresh($0) })
        bench.handle(.timer)
        #expect(bench.requests.count == 3)
        for _ in 0..<200 { bench.handle(.timer) }
        bench.handle(.command(.pauseAll))
        bench.handle(.command(.resumeAll))
        bench.handle(.command(.remove((11...10_000).map { TransferID($0) }, withData: false)))
        #expect(bench.queue.order.count == 10 && bench.queue.rows.map(\.id) == bench.queue.order)
        #expect(bench.row(4)?.id == TransferID(4))
    }
}
