import Testing

@testable import TransferCore

/// Uploads to object stores, which have to be shown what they said before.
@Suite struct StoreUploadTests {
    private let id = Bench.upload

    @Test func theStoreIsAskedWithWhatIsHeldAndCompletedWithAllOfIt() {
        var bench = StoreUpload.resumed(3, StoreUpload.bookmark([0, 1]))
        #expect(
            bench.orders.map(\.task) == [.status(receipts: [0: StoreUpload.receipt(0), 1: StoreUpload.receipt(1)])])
        // It has another content of part 1.
        bench.answer(
            bench.orders[0], .status(StoreUpload.status(3, received: [0...0], receipts: [0: StoreUpload.receipt(0)])))
        #expect(bench.orders.map(\.chunk) == [1, 2])
        for order in bench.orders { bench.answer(order, .stored(receipt: StoreUpload.receipt(order.chunk ?? -1))) }
        let all = [0: StoreUpload.receipt(0), 1: StoreUpload.receipt(1), 2: StoreUpload.receipt(2)]
        #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: all)])
    }

    @Test func aReceiptHasTheTimeOfItsProof() throws {
        var bench = StoreUpload.fresh(1)
        bench.answer(bench.orders[0], .registered(address: StoreUpload.address, StoreUpload.status(1)))
        bench.handle(.saved(id))
        let order = try #require(bench.orders.first)
        bench.pass(.seconds(3))
        bench.answer(order, .stored(receipt: Receipt(sha256: "a", entityTag: "\"b\"")))
        let kept = bench.effects.compactMap { if case .keepReceipt(_, let chunk, _) = $0 { chunk } else { nil } }
        #expect(kept.map(\.receipt?.storedAt) == [WallTime(milliseconds: bench.now.nanoseconds / 1_000_000)])
    }

    @Test func whatTheStoreHasInItsPlaceIsOfferedToTheChunkOnce() throws {
        var bench = StoreUpload.resumed(2, [])
        bench.answer(bench.orders[0], .status(StoreUpload.status(2, offers: [1: StoreUpload.receipt(1)])))
        let order = try #require(bench.orders.last)
        #expect(
            order.task
                == .chunk(1, ByteRange(StoreUpload.partSize, 2 * StoreUpload.partSize), offer: StoreUpload.receipt(1)))
        #expect(bench.orders.first?.task == .chunk(0, ByteRange(0, StoreUpload.partSize), offer: nil))
        bench.refuse(order, .serverError)
        bench.pass(.seconds(60))
        #expect(
            bench.orders.map(\.task) == [
                .chunk(1, ByteRange(StoreUpload.partSize, 2 * StoreUpload.partSize), offer: nil)
            ])
    }

    @Test func aDoubtfulChunkTakesTheReceiptOfTheList() throws {
        var bench = StoreUpload.resumed(1, [])
        bench.answer(bench.orders[0], .status(StoreUpload.status(1)))
        bench.answer(
            bench.orders[0], .failed(TransferError(.connectionLost, "lost"), retryAfter: nil),
            sent: StoreUpload.partSize,
            status: nil)
        bench.pass(.seconds(60))
        bench.answer(
            bench.orders[0], .status(StoreUpload.status(1, received: [0...0], receipts: [0: StoreUpload.receipt(0)])))
        #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: [0: StoreUpload.receipt(0)])])
    }

    @Test func onlyARepeatedRegistrationSaysThatItIsOne() {
        var bench = StoreUpload.fresh(2)
        #expect(bench.orders.compactMap(\.registration).map(\.isRepeated) == [false])
        bench.refuse(bench.orders[0], .connectionLost, status: nil)
        bench.pass(.seconds(60))
        #expect(bench.orders.compactMap(\.registration).map(\.isRepeated) == [true])
    }

    @Test func aRunThatBeginsWithoutAnAnswerToItsRegistrationRepeatsIt() {
        var record = StoreUpload.record(2, address: StoreUpload.address)
        record.upload?.address = nil
        record.upload?.begunAt = WallTime(milliseconds: 7)
        var bench = Bench([record])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file(16))))
        bench.handle(.saved(id))
        let registration = bench.orders.first?.registration
        #expect(registration?.isRepeated == true && registration?.begunAt == WallTime(milliseconds: 7))
    }

    /// What lies there unfinished costs money, so it goes whatever key was pressed.
    @Test(arguments: [true, false])
    func aRemovalAlwaysAbortsTheUpload(_ isRunning: Bool) {
        var bench = Bench([StoreUpload.record(2, address: StoreUpload.address)])
        if isRunning { bench = StoreUpload.resumed(2, []) }
        let question = bench.orders.first
        bench.handle(.command(.remove([id], withData: false)))
        if let question { bench.answer(question, .cancelled) }
        #expect(bench.orders.map(\.task) == [.abort] && bench.orders.map(\.address) == [StoreUpload.address])
    }

    /// The chunk was sent once more, and the answer to that was lost.
    @Test func whatTheStoreCallsAChunkNowCompletesTheUpload() {
        var bench = StoreUpload.resumed(2, StoreUpload.bookmark([0, 1]))
        let renewed = Receipt(sha256: "r1", entityTag: "\"new\"")
        bench.answer(
            bench.orders[0],
            .status(StoreUpload.status(2, received: [0...1], receipts: [0: StoreUpload.receipt(0), 1: renewed])))
        var stored = renewed
        stored.storedAt = WallTime(milliseconds: bench.now.nanoseconds / 1_000_000)
        #expect(
            bench.orders.map(\.task) == [.complete(sha256: nil, receipts: [0: StoreUpload.receipt(0), 1: stored])])
        let kept = bench.effects.compactMap { if case .keepReceipt(_, let chunk, _) = $0 { chunk } else { nil } }
        #expect(kept.map(\.index) == [1] && kept.first?.receipt == stored)
    }

    /// The transport would repeat it on a connection that turns out to be dead, and each time begins an upload.
    @Test func aRegistrationTravelsOnAConnectionOfItsOwn() {
        #expect(StoreUpload.fresh(2).orders.map(\.needsFreshConnection) == [true])
        var bench = Bench([Bench.freshUpload()])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        bench.handle(.saved(id))
        #expect(bench.orders.map(\.needsFreshConnection) == [false], "a chunk server knows the key")
    }

    @Test func afterARaceForTheNameTheUploadStartsOver() {
        var bench = StoreUpload.resumed(1, StoreUpload.bookmark([0]))
        bench.answer(
            bench.orders[0], .status(StoreUpload.status(1, received: [0...0], receipts: [0: StoreUpload.receipt(0)])))
        bench.refuse(bench.orders[0], .remoteConflict, status: 409)
        #expect(bench.orders.map(\.task) == [.abort])
        bench.answer(bench.orders[0], .aborted)
        #expect(bench.row()?.explanation?.description.hasSuffix("starting over from 0") == true)
    }

    @Test func moreThanAStoreTakesIsRefusedBeforeAnythingIsSent() {
        var bench = Bench([StoreUpload.record(1)])
        bench.handle(.timer)
        let huge = SourceIdentity(device: 1, inode: 1, size: ChunkPlan.largestObject + 1, modified: 1)
        bench.handle(.sourceOpened(id, .success(huge)))
        #expect(bench.orders.isEmpty && bench.row()?.error?.code == .tooLarge)
    }
}
