import Testing

@testable import TransferCore

/// Answers that were lost, conflicts, and servers that contradict themselves.
@Suite struct UploadDoubtTests {
    private static let mebibyte = Bench.mebibyte
    private let id = Bench.upload

    @Test(arguments: [true, false])
    func aLostAnswerIsFollowedByAQuestion(_ isStored: Bool) throws {
        var bench = Bench.sending(1)
        bench.loseAnswer(bench.orders[0])
        #expect(bench.orders.isEmpty && bench.row()?.state == .waiting)
        bench.pass(.seconds(1))
        let question = try #require(bench.orders.first)
        #expect(question.task == .status(receipts: [:]) && bench.orders.count == 1)
        bench.answer(question, .status(Bench.status(1, received: isStored ? [0...0] : [])))
        if isStored {
            #expect(bench.keptReceipts == [ChunkBookmark(index: 0, bytes: Self.mebibyte, checksum: 0)])
            #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: [:])])
        } else {
            #expect(bench.orders.map(\.chunk) == [0])
        }
    }

    /// The answer to a question says nothing about what was sent after it.
    @Test func aQuestionDoesNotCoverWhatBecameDoubtfulLater() throws {
        var bench = Bench.sending(2)
        let orders = bench.orders
        bench.loseAnswer(orders[0])
        bench.pass(.seconds(1))
        let question = try #require(bench.orders.first)
        bench.loseAnswer(orders[1])
        bench.answer(question, .status(Bench.status(2, received: [0...0])))
        #expect(bench.orders.allSatisfy { $0.chunk == nil })
        if bench.orders.isEmpty { bench.pass(.seconds(1)) }
        let second = try #require(bench.orders.first)
        #expect(second.task == .status(receipts: [:]))
        bench.answer(second, .status(Bench.status(2, received: [0...1])))
        #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: [:])])
    }

    @Test func aQuestionThatFailsIsAskedAgain() throws {
        var bench = Bench.sending(1)
        bench.loseAnswer(bench.orders[0])
        bench.pass(.seconds(1))
        bench.refuse(try #require(bench.orders.first), .timedOut, status: nil, after: .seconds(5))
        #expect(bench.orders.isEmpty && bench.row()?.state == .waiting)
        #expect(bench.row()?.waitingUntil == bench.queue.nextDeadline(after: bench.now))
        bench.pass(.seconds(7))
        #expect(bench.orders.map(\.task) == [.status(receipts: [:])])
    }

    @Test func aCutInTheMiddleNeedsNoQuestion() {
        var bench = Bench.sending(1)
        let error = TransferError(.connectionLost, "cut")
        bench.answer(bench.orders[0], .failed(error, retryAfter: nil), sent: 1000, status: nil)
        bench.pass(.seconds(1))
        #expect(bench.orders.map(\.chunk) == [0])
    }

    @Test func aConflictStartsOver() throws {
        var bench = Bench.sending()
        let orders = bench.orders
        bench.refuse(orders[0], .chunkConflict, status: 409)
        #expect(bench.cancels == [orders[1].id] && bench.effects.contains(.forgetChunks(id)))
        // What comes of the old upload now means nothing.
        bench.store(orders[1])
        #expect(bench.keptReceipts.isEmpty)
        let abort = try #require(bench.orders.first)
        #expect(abort.task == .abort && abort.address == Bench.uploadAddress)
        bench.refuse(abort, .timedOut, status: nil)
        #expect(bench.effects.contains(.openSource(id, path: "/d/file")))
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        bench.handle(.saved(id))
        #expect(bench.orders.first?.registration != nil && bench.orders.first?.address == Bench.destination)
        #expect(bench.row()?.explanation?.description == "it says chunk-conflict: starting over from 0")
    }

    /// The next run would take the strange chunk for ours.
    @Test(arguments: [true, false])
    func aConflictIsNotForgottenByAPause(_ isPausedFirst: Bool) throws {
        var bench = Bench.sending()
        let orders = bench.orders
        if isPausedFirst { bench.handle(.command(.pause([id]))) }
        bench.refuse(orders[0], .chunkConflict, status: 409)
        if !isPausedFirst { bench.handle(.command(.pause([id]))) }
        bench.answer(orders[1], .cancelled, status: nil)
        let abort = try #require(bench.orders.first)
        #expect(abort.task == .abort)
        bench.answer(abort, .aborted)
        #expect(bench.row()?.state == .paused && bench.queue.entries[id]?.record.upload == nil)
        #expect(bench.row()?.chunks.isEmpty == true && bench.queue.isIdle)
    }

    @Test func aConflictIsNotForgottenByAShutdown() {
        var bench = Bench.sending()
        let orders = bench.orders
        bench.refuse(orders[0], .chunkConflict, status: 409)
        #expect(bench.saved?.upload == nil)
        bench.handle(.shutdown)
        bench.answer(orders[1], .cancelled, status: nil)
        #expect(bench.queue.isStopped && bench.queue.entries[id]?.record.upload == nil)
        #expect(bench.row()?.state == .queued)
    }

    @Test func whatTheServerLacksIsSentAgain() throws {
        var bench = Bench.sending(2)
        bench.storeAll()
        let complete = try #require(bench.orders.first)
        bench.handle(.bookmarked(id, Bench.receipts([0, 1])))
        bench.refuse(complete, .incomplete, status: 409)
        #expect(bench.effects.contains(.loadBookmark(id)))
        bench.handle(.bookmarkLoaded(id, Bench.receipts([0, 1])))
        bench.answer(try #require(bench.orders.first), .status(Bench.status(2, received: [1...1])))
        let progress = StoredProgress(bytesDone: Bench.mebibyte, chunksDone: 1)
        #expect(bench.effects.contains(.dropChunks(id, [0], progress)) && bench.orders.map(\.chunk) == [0])
        #expect(bench.row()?.chunksDone == 1)
        bench.store(bench.orders[0])
        #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: [:])])
    }

    /// It names all chunks as received and then says that some are missing.
    @Test func aServerThatContradictsItselfIsNotAskedForEver() {
        var bench = Bench.sending(1)
        bench.storeAll()
        var answers = 0
        var registrations = 1
        while bench.queue.entries[id]?.record.state != .paused, answers < 200 {
            answers += 1
            guard let order = bench.orders.first else {
                if bench.effects.contains(.openSource(id, path: "/d/file")) {
                    bench.handle(.sourceOpened(id, .success(Bench.file(1))))
                } else if bench.effects.contains(.loadBookmark(id)) {
                    bench.handle(.bookmarkLoaded(id, Bench.receipts([0])))
                } else {
                    bench.handle(.saved(id))
                }
                continue
            }
            switch order.task {
            case .complete: bench.refuse(order, .incomplete, status: 409)
            case .status: bench.answer(order, .status(Bench.status(1, received: [0...0])))
            case .register:
                registrations += 1
                bench.answer(order, .registered(address: Bench.uploadAddress, Bench.status(1)))
            case .chunk: bench.store(order)
            case .abort: bench.answer(order, .aborted)
            }
        }
        #expect(bench.row()?.state == .paused && bench.row()?.error?.code == .tooManyAttempts)
        #expect(bench.row()?.error?.detail.description == "sent whole 3 times and never complete: it says incomplete")
        #expect(registrations == 3, "each is the whole file once more")
    }
}
