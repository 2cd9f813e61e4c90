import Testing

@testable import TransferCore

@Suite struct FreshUploadTests {
    private static let mebibyte = Bench.mebibyte
    private let id = Bench.upload

    @Test func fromTheFirstLookToTheEnd() throws {
        var bench = Bench([Bench.freshUpload()])
        bench.handle(.timer)
        #expect(bench.effects == [.openSource(id, path: "/d/file")])

        // The key is stored before the server hears of it, …
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        let key = try #require(bench.savedFirst?.upload?.key)
        #expect(bench.orders.isEmpty && bench.row()?.state == .preparing && key.count == 32)
        bench.handle(.saved(id))
        let register = try #require(bench.orders.first)
        #expect(register.registration?.key == key && register.registration?.size == 4 * Self.mebibyte)
        #expect(register.address == Bench.destination && bench.orders.count == 1)

        // … and its address before it gets a byte.
        bench.answer(register, .registered(address: Bench.uploadAddress, Bench.status()))
        #expect(bench.savedFirst?.upload?.address == Bench.uploadAddress && bench.orders.isEmpty)
        bench.handle(.saved(id))
        let first = bench.orders
        #expect(first.map(\.chunk) == [0, 1] && first.allSatisfy { $0.address == Bench.uploadAddress })
        #expect(bench.row()?.state == .active && bench.row()?.connections == 2)

        bench.store(first[1])
        #expect(bench.keptReceipts == Bench.receipts([1]) && bench.orders.map(\.chunk) == [2])
        #expect(bench.row()?.chunksDone == 0 && bench.row()?.chunks[1].state == .verifying)
        let third = bench.orders[0]
        bench.handle(.bookmarked(id, Bench.receipts([1])))
        #expect(bench.row()?.chunksDone == 1 && bench.row()?.bytesDone == Self.mebibyte)
        bench.store(first[0])
        let fourth = bench.orders[0]
        bench.store(third)
        #expect(bench.orders.isEmpty)

        bench.store(fourth)
        let complete = try #require(bench.orders.first)
        #expect(complete.task == .complete(sha256: nil, receipts: [:]) && bench.row()?.state == .verifying)
        bench.answer(complete, .completed(sha256: "aa"))
        #expect(bench.savedFirst?.state == .completed && bench.row()?.state == .verifying)
        bench.handle(.bookmarked(id, Bench.receipts([0, 2, 3])), .saved(id))
        #expect(bench.effects.contains(.closeSource(id)))
        #expect(bench.row()?.state == .completed && bench.row()?.sha256 == "aa" && bench.queue.isIdle)
        #expect(bench.row()?.chunksDone == 4 && bench.row()?.bytesDone == 4 * Self.mebibyte)
    }

    @Test func anEmptyFileHasNoChunks() {
        var bench = Bench.sending(0)
        #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: [:])])
        bench.answer(bench.orders[0], .completed(sha256: nil))
        bench.handle(.saved(id))
        #expect(bench.row()?.state == .completed && bench.row()?.chunksTotal == 0)
    }

    @Test func theServersChunkSizeCounts() {
        var bench = Bench([Bench.freshUpload { $0.sha256 = "aa" }])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file(3))))
        bench.handle(.saved(id))
        #expect(bench.orders.first?.registration?.sha256 == "aa")
        let status = UploadStatus(size: 3 * Self.mebibyte, chunkSize: 2_000_000, received: [], state: .inProgress)
        bench.answer(bench.orders[0], .registered(address: Bench.uploadAddress, status))
        #expect(bench.savedFirst?.upload?.chunkSize == 2_000_000)
        bench.handle(.saved(id))
        let tasks: [UploadOrder.Task] = [
            .chunk(0, ByteRange(0, 2_000_000), offer: nil),
            .chunk(1, ByteRange(2_000_000, 3 * Self.mebibyte), offer: nil),
        ]
        #expect(bench.orders.map(\.task) == tasks)
        bench.storeAll()
        #expect(bench.orders.map(\.task) == [.complete(sha256: "aa", receipts: [:])])
    }

    @Test func thereAreAsManyRequestsAsWished() {
        let bench = Bench.sending(20, connections: 7)
        #expect(bench.orders.compactMap(\.chunk) == Array(0..<7))
    }

    @Test func progressIsInFlightAndNotDone() {
        var bench = Bench.sending()
        let orders = bench.orders
        bench.handle(.progress([orders[0].id: 1000, orders[1].id: Self.mebibyte + 500]))
        #expect(bench.row()?.bytesInFlight == 1500 && bench.row()?.bytesDone == 0)
    }

    @Test func whatTheServerPutsInPlaceIsWaitedFor() throws {
        var bench = Bench.sending(1)
        bench.store(bench.orders[0])
        bench.answer(bench.orders[0], .assembling(retryAfter: .seconds(7)))
        #expect(bench.orders.isEmpty && bench.row()?.state == .verifying)
        let deadline = try #require(bench.queue.nextDeadline(after: bench.now))
        #expect(deadline == bench.now + .seconds(7))
        bench.pass(.seconds(7))
        #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: [:])])
        bench.answer(bench.orders[0], .assembling(retryAfter: .zero))
        #expect(bench.orders.isEmpty, "a server that says 0 is not asked in a loop")
    }

    /// A completion that is only in memory is none.
    @Test func aCompletionThatCannotBeRecordedIsRecordedLater() {
        var bench = Bench.sending(1)
        bench.store(bench.orders[0])
        bench.answer(bench.orders[0], .completed(sha256: nil))
        bench.handle(.command(.pause([id])))
        #expect(bench.row()?.state == .verifying, "too late for a pause")
        bench.handle(.notSaved(id, TransferError(.fileFailure, "cannot save the queue")))
        #expect(bench.row()?.state == .paused && bench.row()?.finishedAt == nil && bench.saved?.finishedAt == nil)
        bench.handle(.command(.retry([id])))
        bench.resumeUpload(Bench.receipts([0]), Bench.status(1, received: [0...0], state: .complete))
        #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: [:])])
    }

    @Test func aFileThatIsTooLargeIsRefused() {
        var bench = Bench([Bench.freshUpload()])
        bench.handle(.timer)
        let file = SourceIdentity(device: 1, inode: 2, size: ChunkPlan.maximumSize + 1, modified: 1)
        bench.handle(.sourceOpened(id, .success(file)))
        #expect(bench.row()?.state == .failed && bench.effects.contains(.closeSource(id)))
    }

    /// A million chunks: an optimised build takes 12 microseconds for an answer and 4 for a receipt.
    @Test func manyChunksAreCheap() {
        let chunks: Int64 = 1_000_000
        var bench = Bench.sending(chunks, connections: 8)
        let clock = ContinuousClock()
        let time = clock.measure {
            var open = bench.orders
            for _ in 0..<2000 {
                let order = open.removeFirst()
                bench.store(order)
                open += bench.orders
                bench.handle(.bookmarked(id, Bench.receipts([order.chunk!])))
            }
        }
        // One look at every chunk per event would take a minute.
        #expect(time < .seconds(15) && bench.row()?.chunksDone == 2000)
    }
}
