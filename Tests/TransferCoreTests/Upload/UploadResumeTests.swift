import Testing

@testable import TransferCore

@Suite struct UploadResumeTests {
    private static let mebibyte = Bench.mebibyte
    private let id = Bench.upload

    @Test func theServersListDecides() {
        var bench = Bench([Bench.begunUpload(6)])
        bench.resumeUpload(Bench.receipts([0, 1, 4]), Bench.status(6, received: [0...0, 2...2, 4...4]))
        // One was lost, one is news.
        let progress = StoredProgress(bytesDone: 2 * Self.mebibyte, chunksDone: 2)
        #expect(bench.effects.contains(.dropChunks(id, [1], progress)), "what is left counts, and no more")
        #expect(bench.keptReceipts == [ChunkBookmark(index: 2, bytes: Self.mebibyte, checksum: 0)])
        #expect(bench.orders.compactMap(\.chunk) == [1, 3])
        #expect(bench.row()?.explanation?.description == "the server has 3 of 6 chunks, 3 to send")
        #expect(bench.row()?.chunks.map(\.state) == [.skipped, .active, .skipped, .active, .skipped, .pending])
        bench.storeAll()
        #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: [:])])
    }

    @Test func nothingIsAskedBeforeTheBookmarkIsRead() {
        var bench = Bench([Bench.begunUpload()])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        #expect(bench.effects == [.loadBookmark(id)])
        bench.handle(.bookmarkLoaded(id, []))
        #expect(bench.orders.map(\.task) == [.status(receipts: [:])] && bench.orders[0].address == Bench.uploadAddress)
    }

    @Test func aResumeWithNothingThereSaysSoToo() {
        var bench = Bench([Bench.begunUpload()])
        bench.resumeUpload([], Bench.status())
        #expect(bench.row()?.explanation?.description == "the server has 0 of 4 chunks, 4 to send")
    }

    @Test func anUploadThatIsAllThereIsOnlyCompleted() {
        var bench = Bench([Bench.begunUpload()])
        bench.resumeUpload([], Bench.status(received: [0...3]))
        #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: [:])] && bench.keptReceipts.count == 4)
    }

    /// It need not name the chunks of a file that is in its place.
    @Test(arguments: [UploadStatus.State.assembling, .complete])
    func aServerThatIsDoneLacksNothing(_ state: UploadStatus.State) {
        var bench = Bench([Bench.begunUpload()])
        bench.resumeUpload(Bench.receipts(0..<4), Bench.status(state: state))
        #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: [:])])
        #expect(!bench.effects.contains { if case .dropChunks = $0 { true } else { false } })
    }

    @Test func rowsOfAnotherPlanAreNotBelieved() {
        var bench = Bench([Bench.begunUpload()])
        let strange = [ChunkBookmark(index: 0, bytes: 5, checksum: 0), ChunkBookmark(index: 9, bytes: 5, checksum: 0)]
        bench.resumeUpload(strange, Bench.status(received: [0...0]))
        #expect(bench.keptReceipts.map(\.bytes) == [Self.mebibyte])
        bench.storeAll()
        #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: [:])], "the counters must not drift")
    }

    @Test func aKeyWithoutAnAddressIsStoredAndSentAgain() {
        var bench = Bench([Bench.begunUpload(address: nil)])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        #expect(bench.savedFirst?.upload?.key == "k" && bench.orders.isEmpty)
        bench.handle(.saved(id))
        #expect(bench.orders.first?.registration?.key == "k")
    }

    @Test func aFileThatChangedBeforeItWasRegisteredIsSimplyTaken() throws {
        var bench = Bench([Bench.begunUpload(address: nil)])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file(5, modified: 2))))
        let upload = try #require(bench.savedFirst?.upload)
        #expect(upload.key != "k" && upload.source == Bench.file(5, modified: 2))
    }

    @Test func anotherContentIsAnotherUpload() throws {
        var bench = Bench([Bench.begunUpload()])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file(modified: 2))))
        #expect(bench.row()?.state == .paused && bench.row()?.error?.code == .sourceChanged)
        #expect(bench.effects.contains(.closeSource(id)) && bench.orders.isEmpty)

        bench.handle(.command(.retry([id])))
        // At once, because it may be another process that carries on.
        #expect(bench.effects.contains(.forgetChunks(id)) && bench.saved?.upload == nil)
        bench.handle(.sourceOpened(id, .success(Bench.file(modified: 2))))
        let abort = try #require(bench.orders.first)
        #expect(abort.task == .abort && abort.address == Bench.uploadAddress)
        bench.answer(abort, .aborted)
        #expect(bench.saved?.abandoned == [] && bench.effects.contains(.openSource(id, path: "/d/file")))
        bench.handle(.sourceOpened(id, .success(Bench.file(modified: 2))))
        #expect(bench.savedFirst?.upload?.key != "k")
        #expect(bench.savedFirst?.upload?.source == Bench.file(modified: 2))
        bench.handle(.saved(id))
        #expect(bench.orders.first?.registration != nil && bench.orders.first?.address == Bench.destination)
    }

    @Test(arguments: [TransferError.Code.sourceMissing, .sourceUnreadable])
    func aFileThatCannotBeReadAsksAPerson(_ code: TransferError.Code) {
        var bench = Bench([Bench.begunUpload()])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .failure(TransferError(code, "no"))))
        #expect(bench.row()?.state == .paused && bench.row()?.error?.code == code && code.remedy != nil)
        #expect(!bench.effects.contains(.closeSource(id)) && bench.queue.isIdle)
        bench.handle(.command(.retry([id])))
        #expect(bench.effects.contains(.openSource(id, path: "/d/file")))
    }

    @Test func anExpiredUploadStartsOver() {
        var bench = Bench([Bench.begunUpload()])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        bench.handle(.bookmarkLoaded(id, Bench.receipts([0])))
        bench.refuse(bench.orders[0], .uploadLost, status: 410)
        #expect(bench.orders.isEmpty && bench.effects.contains(.forgetChunks(id)))
        #expect(bench.effects.contains(.openSource(id, path: "/d/file")))
        #expect(bench.row()?.explanation?.description == "it says upload-lost: starting over from 0")
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        bench.handle(.saved(id))
        #expect(bench.orders.first?.registration.map { $0.key != "k" } == true)
        bench.answer(bench.orders[0], .registered(address: Bench.uploadAddress, Bench.status()))
        #expect(bench.row()?.explanation?.description == "it says upload-lost: starting over from 0")
    }

    /// The receipts of the old upload are not taken for those of the new one.
    @Test func aFileThatIsShorterStartsOverFromNothing() {
        var bench = Bench([Bench.begunUpload(6)])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file(6))))
        bench.handle(.bookmarkLoaded(id, Bench.receipts(0..<6)))
        bench.refuse(bench.orders[0], .uploadLost, status: 404)
        bench.handle(.sourceOpened(id, .success(Bench.file(2, modified: 2))))
        bench.handle(.saved(id))
        bench.answer(bench.orders[0], .registered(address: Bench.uploadAddress, Bench.status(2, received: [0...0])))
        #expect(!bench.effects.contains { if case .dropChunks = $0 { true } else { false } })
        #expect(bench.keptReceipts.map(\.index) == [0] && bench.row()?.chunksTotal == 2)
    }

    @Test func anUploadOfAnotherSizeIsGivenUp() {
        var bench = Bench([Bench.begunUpload()])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        bench.handle(.bookmarkLoaded(id, []))
        bench.answer(bench.orders[0], .status(Bench.status(5)))
        #expect(bench.orders.map(\.task) == [.abort])
    }

    /// News of the old upload's receipts come when the new one has begun.
    @Test func receiptsOfAnUploadThatWasGivenUpMeanNothing() {
        var bench = Bench.sending()
        let orders = bench.orders
        bench.store(orders[0])
        let third = bench.orders[0]
        bench.refuse(orders[1], .uploadLost, status: 410)
        bench.store(third)
        #expect(bench.keptReceipts.isEmpty)
        bench.handle(.bookmarked(id, Bench.receipts([0])))
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        bench.handle(.bookmarked(id, Bench.receipts([0])))
        #expect(bench.row()?.bytesDone == 0 && bench.row()?.chunksDone == 0)
    }
}
