import Testing

@testable import TransferCore

/// Pauses, removals and shutdowns of uploads.
@Suite struct UploadEndingTests {
    private let id = Bench.upload

    @Test func aPauseEndsRequestsAndKeepsReceipts() {
        var bench = Bench.sending()
        let orders = bench.orders
        bench.handle(.command(.pause([id])))
        #expect(bench.cancels == orders.map(\.id) && bench.saved?.state == .paused)
        // One was faster than the cancellation.
        bench.store(orders[0])
        #expect(bench.keptReceipts == Bench.receipts([0]) && !bench.effects.contains(.closeSource(id)))
        bench.answer(orders[1], .cancelled, status: nil)
        #expect(bench.effects.contains(.closeSource(id)) && bench.queue.isIdle)
        #expect(bench.row()?.state == .paused)
        bench.handle(.command(.resume([id])))
        #expect(bench.saved?.state == .queued && bench.effects.contains(.openSource(id, path: "/d/file")))
    }

    /// The next run would take the news of the first one's commit for its own.
    @Test func aRunEndsAfterWhatItSavesIsSaved() {
        var bench = Bench([Bench.freshUpload()])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        bench.handle(.command(.pause([id])), .command(.resume([id])))
        #expect(!bench.effects.contains(.openSource(id, path: "/d/file")))
        bench.handle(.saved(id))
        #expect(bench.effects.contains(.openSource(id, path: "/d/file")))
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        #expect(bench.savedFirst?.upload?.address == nil && bench.orders.isEmpty)
        bench.handle(.saved(id))
        #expect(bench.orders.first?.registration != nil)
    }

    @Test func aFailedCommitEndsTheWaitToo() {
        var bench = Bench([Bench.freshUpload()])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        bench.handle(.command(.pause([id])))
        bench.handle(.notSaved(id, TransferError(.fileFailure, "cannot save the queue")))
        #expect(bench.row()?.state == .paused && bench.row()?.error == nil && bench.queue.isIdle)
    }

    @Test(arguments: [true, false])
    func aRemovalTellsTheServerOnlyIfAsked(_ withData: Bool) throws {
        var bench = Bench.sending()
        let orders = bench.orders
        bench.handle(.command(.remove([id], withData: withData)))
        for order in orders { bench.answer(order, .cancelled, status: nil) }
        guard withData else {
            #expect(bench.orders.isEmpty && bench.effects.contains(.remove(id)))
            return
        }
        #expect(bench.orders.map(\.task) == [.abort] && !bench.effects.contains(.remove(id)))
        #expect(bench.orders.first?.address == Bench.uploadAddress)
        // One try is enough: what nobody asks for expires.
        bench.refuse(bench.orders[0], .cannotConnect, status: nil)
        #expect(bench.orders.isEmpty && bench.effects.contains(.remove(id)))
        #expect(bench.row() == nil && bench.queue.isIdle)
    }

    @Test func whatDoesNotRunIsRemovedAtTheServerToo() throws {
        var bench = Bench([Bench.begunUpload(state: .paused)])
        bench.handle(.command(.remove([id], withData: true)))
        let abort = try #require(bench.orders.first)
        #expect(abort.task == .abort && abort.address == Bench.uploadAddress)
        bench.answer(abort, .aborted, status: 204)
        #expect(bench.effects.contains(.remove(id)) && !bench.effects.contains(.closeSource(id)))
    }

    @Test func whatTheServerNeverHeardOfIsJustRemoved() {
        var bench = Bench([Bench.begunUpload(address: nil, state: .paused)])
        bench.handle(.command(.remove([id], withData: true)))
        #expect(bench.effects == [.remove(id)])
    }

    /// The gate of the remote is closed, so that nothing can be told for a while; nobody waits for that.
    @Test func aBusyServerIsNotToldForItsOwnSake() {
        var bench = Bench.sending()
        let orders = bench.orders
        bench.refuse(orders[0], .serverBusy, status: 503, after: .seconds(600))
        bench.handle(.command(.remove([id], withData: true)))
        bench.answer(orders[1], .cancelled, status: nil)
        #expect(bench.orders.isEmpty && bench.effects.contains(.remove(id)))
        #expect(bench.row() == nil && bench.queue.isIdle)
    }

    @Test func aStopGivesUpACourtesyUnderWay() throws {
        var bench = Bench([Bench.begunUpload(state: .paused)])
        bench.handle(.command(.remove([id], withData: true)))
        let abort = try #require(bench.orders.first)
        bench.handle(.shutdown)
        #expect(bench.cancels == [abort.id])
        bench.answer(abort, .cancelled, status: nil)
        #expect(bench.queue.isStopped && bench.effects.contains(.remove(id)))
    }

    @Test func aStopGoesOnLater() {
        var bench = Bench.sending()
        let orders = bench.orders
        bench.handle(.shutdown)
        for order in orders { bench.answer(order, .cancelled, status: nil) }
        #expect(bench.queue.isStopped && bench.row()?.state == .queued && bench.saved == nil)
        #expect(bench.effects.contains(.closeSource(id)))
    }

    @Test func aPersonNeedNotWait() {
        var bench = Bench.sending(1)
        bench.refuse(bench.orders[0], .locked, status: 423, after: .seconds(600))
        #expect(bench.row()?.state == .waiting)
        bench.handle(.command(.retry([id])))
        #expect(bench.orders.map(\.chunk) == [0])
    }

    @Test func aFileThatOpensTooLateIsClosed() {
        var bench = Bench([Bench.freshUpload()])
        bench.handle(.timer)
        bench.handle(.command(.pause([id])))
        #expect(!bench.queue.isIdle)
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        #expect(bench.effects == [.closeSource(id)] && bench.queue.isIdle)
    }

    /// A person is quick: the other request has not ended yet when the retry comes.
    @Test func aRetryWhileTheChangedSourceIsStillBeingGivenUpStartsAnew() throws {
        var bench = Bench.sending()
        let orders = bench.orders
        try #require(orders.count == 2)
        bench.answer(orders[0], .failed(TransferError(.sourceChanged, "it has changed"), retryAfter: nil), status: nil)
        bench.handle(.command(.retry([Bench.upload])))
        bench.answer(orders[1], .cancelled)
        bench.handle(.timer)
        bench.handle(.sourceOpened(Bench.upload, .success(Bench.file(5, modified: 2))))
        #expect(bench.orders.map(\.task) == [.abort], "the server is told that the old content is not wanted")
        #expect(bench.row()?.error == nil)
    }
}
