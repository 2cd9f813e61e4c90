import Testing

@testable import TransferCore

/// Uploads to object stores, which have to be shown what they said before.
@Suite struct StoreUploadTests {
    private static let mebibyte = Bench.mebibyte
    private static let partSize: Int64 = 8 << 20
    private static let address = "s3://bucket/file?id"
    private let id = Bench.upload

    private static func record(_ parts: Int64, address: String? = nil) -> TransferRecord {
        var options = TransferOptions()
        options.connections = 2
        let wish = NewTransfer(
            direction: .upload, source: "/d/file", destination: "s3://bucket/file", options: options)
        var record = TransferRecord(id: Bench.upload, wish: wish, createdAt: WallTime(milliseconds: 0))
        guard let address else { return record }
        record.upload = UploadBookmark(
            key: "k", address: address, source: Bench.file(8 * parts), chunkSize: partSize,
            begunAt: WallTime(milliseconds: 0))
        return record
    }

    private static func status(
        _ parts: Int64, received: [ClosedRange<Int>] = [], state: UploadStatus.State = .inProgress,
        receipts: [Int: Receipt] = [:], offers: [Int: Receipt] = [:]
    ) -> UploadStatus {
        UploadStatus(
            size: parts * partSize, chunkSize: partSize, received: received, state: state, receipts: receipts,
            offers: offers)
    }

    private static func receipt(_ part: Int) -> Receipt {
        Receipt(sha256: "r\(part)", entityTag: "\"e\(part)\"", storedAt: WallTime(milliseconds: 5))
    }

    private static func bookmark(_ parts: [Int]) -> [ChunkBookmark] {
        parts.map { ChunkBookmark(index: $0, bytes: partSize, checksum: 0, receipt: receipt($0)) }
    }

    private func resumed(_ parts: Int64, _ bookmark: [ChunkBookmark]) -> Bench {
        var bench = Bench([Self.record(parts, address: Self.address)])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file(8 * parts))))
        bench.handle(.bookmarkLoaded(id, bookmark))
        return bench
    }

    private func fresh(_ parts: Int64) -> Bench {
        var bench = Bench([Self.record(parts)])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file(8 * parts))))
        bench.handle(.saved(id))
        return bench
    }

    @Test func theStoreIsAskedWithWhatIsHeldAndCompletedWithAllOfIt() {
        var bench = resumed(3, Self.bookmark([0, 1]))
        #expect(bench.orders.map(\.task) == [.status(receipts: [0: Self.receipt(0), 1: Self.receipt(1)])])
        // It has another content of part 1.
        bench.answer(bench.orders[0], .status(Self.status(3, received: [0...0], receipts: [0: Self.receipt(0)])))
        #expect(bench.orders.map(\.chunk) == [1, 2])
        for order in bench.orders { bench.answer(order, .stored(receipt: Self.receipt(order.chunk ?? -1))) }
        let all = [0: Self.receipt(0), 1: Self.receipt(1), 2: Self.receipt(2)]
        #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: all)])
    }

    @Test func aReceiptHasTheTimeOfItsProof() throws {
        var bench = fresh(1)
        bench.answer(bench.orders[0], .registered(address: Self.address, Self.status(1)))
        bench.handle(.saved(id))
        let order = try #require(bench.orders.first)
        bench.pass(.seconds(3))
        bench.answer(order, .stored(receipt: Receipt(sha256: "a", entityTag: "\"b\"")))
        let kept = bench.effects.compactMap { if case .keepReceipt(_, let chunk, _) = $0 { chunk } else { nil } }
        #expect(kept.map(\.receipt?.storedAt) == [WallTime(milliseconds: bench.now.nanoseconds / 1_000_000)])
    }

    @Test func whatTheStoreHasInItsPlaceIsOfferedToTheChunkOnce() throws {
        var bench = resumed(2, [])
        bench.answer(bench.orders[0], .status(Self.status(2, offers: [1: Self.receipt(1)])))
        let order = try #require(bench.orders.last)
        #expect(order.task == .chunk(1, ByteRange(Self.partSize, 2 * Self.partSize), offer: Self.receipt(1)))
        #expect(bench.orders.first?.task == .chunk(0, ByteRange(0, Self.partSize), offer: nil))
        bench.refuse(order, .serverError)
        bench.pass(.seconds(60))
        #expect(bench.orders.map(\.task) == [.chunk(1, ByteRange(Self.partSize, 2 * Self.partSize), offer: nil)])
    }

    @Test func aDoubtfulChunkTakesTheReceiptOfTheList() throws {
        var bench = resumed(1, [])
        bench.answer(bench.orders[0], .status(Self.status(1)))
        bench.answer(
            bench.orders[0], .failed(TransferError(.connectionLost, "lost"), retryAfter: nil), sent: Self.partSize,
            status: nil)
        bench.pass(.seconds(60))
        bench.answer(bench.orders[0], .status(Self.status(1, received: [0...0], receipts: [0: Self.receipt(0)])))
        #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: [0: Self.receipt(0)])])
    }

    @Test func onlyARepeatedRegistrationSaysThatItIsOne() {
        var bench = fresh(2)
        #expect(bench.orders.compactMap(\.registration).map(\.isRepeated) == [false])
        bench.refuse(bench.orders[0], .connectionLost, status: nil)
        bench.pass(.seconds(60))
        #expect(bench.orders.compactMap(\.registration).map(\.isRepeated) == [true])
    }

    @Test func aRunThatBeginsWithoutAnAnswerToItsRegistrationRepeatsIt() {
        var record = Self.record(2, address: Self.address)
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
        var bench = Bench([Self.record(2, address: Self.address)])
        if isRunning { bench = resumed(2, []) }
        let question = bench.orders.first
        bench.handle(.command(.remove([id], withData: false)))
        if let question { bench.answer(question, .cancelled) }
        #expect(bench.orders.map(\.task) == [.abort] && bench.orders.map(\.address) == [Self.address])
    }

    @Test func afterARaceForTheNameTheUploadStartsOver() {
        var bench = resumed(1, Self.bookmark([0]))
        bench.answer(bench.orders[0], .status(Self.status(1, received: [0...0], receipts: [0: Self.receipt(0)])))
        bench.refuse(bench.orders[0], .remoteConflict, status: 409)
        #expect(bench.orders.map(\.task) == [.abort])
        bench.answer(bench.orders[0], .aborted)
        #expect(bench.row()?.explanation?.description.hasSuffix("starting over from 0") == true)
    }

    @Test func moreThanAStoreTakesIsRefusedBeforeAnythingIsSent() {
        var bench = Bench([Self.record(1)])
        bench.handle(.timer)
        let huge = SourceIdentity(device: 1, inode: 1, size: ChunkPlan.largestObject + 1, modified: 1)
        bench.handle(.sourceOpened(id, .success(huge)))
        #expect(bench.orders.isEmpty && bench.row()?.error?.code == .tooLarge)
    }
}
