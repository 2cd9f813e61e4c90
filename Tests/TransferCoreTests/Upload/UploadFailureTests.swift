import Testing

@testable import TransferCore

@Suite struct UploadFailureTests {
    private static let mebibyte = Bench.mebibyte
    private let id = Bench.upload

    @Test(arguments: TransferError.Code.allCases.filter { $0.disposition == .retry && $0 != .serverBusy })
    func passingTroubleIsTriedAgainLater(_ code: TransferError.Code) {
        var bench = Bench.sending(1)
        bench.refuse(bench.orders[0], code, after: .seconds(3))
        #expect(bench.orders.isEmpty && bench.row()?.state == .waiting && bench.row()?.retries == 1)
        #expect(bench.row()?.waitingUntil == bench.queue.nextDeadline(after: bench.now))
        #expect(bench.effects.contains { if case .keep = $0 { true } else { false } })
        bench.pass(.seconds(4))
        #expect(bench.orders.map(\.chunk) == [0] && bench.orders.first?.needsFreshConnection == true)
    }

    @Test func damageOnTheWayIsMarked() {
        var bench = Bench.sending(1)
        bench.refuse(bench.orders[0], .digestMismatchOfChunk, status: 422)
        #expect(bench.row()?.chunks[0] == ChunkStatus(state: .waiting, retries: 1, isRefetch: true))
        bench.pass(.seconds(1))
        bench.store(bench.orders[0])
        bench.handle(.bookmarked(id, Bench.receipts([0])))
        #expect(bench.row()?.chunks[0] == ChunkStatus(state: .done, retries: 1, share: 255))
    }

    @Test func aBusyServerIsLeftAlone() {
        var bench = Bench.sending()
        let orders = bench.orders
        bench.refuse(orders[0], .serverBusy, status: 503, after: .seconds(30))
        bench.store(orders[1])
        #expect(bench.orders.isEmpty && bench.row()?.state == .waiting)
        bench.pass(.seconds(29))
        #expect(bench.orders.isEmpty)
        bench.pass(.seconds(9))
        #expect(!bench.orders.isEmpty)
    }

    /// Else a server that is down would hear of every chunk of a large file within a second.
    @Test func aChunkThatWaitsKeepsItsConnection() {
        var bench = Bench.sending(1000)
        var tries = 0
        var open = bench.orders
        while !open.isEmpty {
            bench.refuse(open.removeFirst(), .cannotConnect, status: nil)
            tries += 1
            open += bench.orders
        }
        #expect(tries == 2 && bench.row()?.state == .waiting)
    }

    /// Brings chunk 0 to a wait of more than ten seconds, and gives back the order of another chunk, which runs.
    private func waitingLong(_ bench: inout Bench, _ code: TransferError.Code, after: Duration? = nil) -> UploadOrder {
        let other = bench.orders[1]
        var order = bench.orders[0]
        while true {
            bench.refuse(order, code, status: nil, after: after)
            let retry = bench.uploadMachine!.retries[0]
            if retry.notBefore - bench.now > .seconds(10) { return other }
            bench.pass(retry.notBefore - bench.now)
            order = bench.orders[0]
        }
    }

    @Test func theFirstAnswerAfterAnOutageWakesWhatWaits() {
        var bench = Bench.sending(3)
        let other = waitingLong(&bench, .cannotConnect)
        bench.store(other)
        #expect(bench.orders.map(\.chunk) == [2])
        bench.pass(.seconds(2))
        #expect(bench.orders.map(\.chunk) == [0])
    }

    @Test func anAnswerDoesNotWakeWhatTheServerHasPutOff() {
        for (code, after) in [(TransferError.Code.serverError, nil), (.cannotConnect, Duration.seconds(60))] {
            var bench = Bench.sending(3)
            let other = waitingLong(&bench, code, after: after)
            bench.store(other)
            bench.pass(.seconds(2))
            #expect(!bench.orders.contains { $0.chunk == 0 })
        }
    }

    /// Also of chunks that are doubtful, once the question about them has failed for long.
    @Test func theFirstAnswerAfterAnOutageAsksAboutDoubts() throws {
        var bench = Bench.sending(3)
        let other = bench.orders[1]
        bench.loseAnswer(bench.orders[0])
        repeat {
            bench.pass(max(.zero, bench.uploadMachine!.questionTime - bench.now))
            bench.refuse(try #require(bench.orders.first), .timedOut, status: nil)
        } while bench.uploadMachine!.questionTime - bench.now < .seconds(10)
        bench.store(other)
        #expect(bench.orders.map(\.task).contains(.status(receipts: [:])))
    }

    @Test func oneChunkInTroubleDoesNotHoldUpTheRest() {
        var bench = Bench.sending(6)
        let orders = bench.orders
        bench.refuse(orders[0], .digestMismatchOfChunk, status: 422, after: .seconds(60))
        #expect(bench.orders.isEmpty)
        bench.store(orders[1])
        bench.storeAll()
        #expect(bench.uploadMachine?.acknowledged.chunksDone == 5 && bench.row()?.state == .waiting)
    }

    @Test func tooManyTriesAskAPerson() {
        var settings = EngineSettings()
        settings.retry.limit = 5
        var bench = Bench.sending(1, settings: settings)
        var tries = 0
        while let order = bench.orders.first, tries < 50 {
            bench.refuse(order, .serverError)
            tries += 1
            bench.pass(.seconds(100))
        }
        #expect(tries == 5 && bench.row()?.state == .paused && bench.row()?.error?.code == .tooManyAttempts)
        #expect(bench.queue.isIdle)
    }

    @Test func aServerThatIsNotThereAsksAPersonSoon() {
        var bench = Bench([Bench.freshUpload()])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        bench.handle(.saved(id))
        var tries = 0
        while let order = bench.orders.first, tries < 50 {
            bench.refuse(order, .cannotConnect, status: nil)
            tries += 1
            bench.pass(.seconds(100))
        }
        #expect(tries == 8 && bench.row()?.state == .paused && bench.row()?.error?.code == .tooManyAttempts)
    }

    @Test func aBusyServerIsNotGivenUpSoon() {
        var bench = Bench([Bench.freshUpload()])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        bench.handle(.saved(id))
        var tries = 0
        while let order = bench.orders.first, tries < 50 {
            bench.refuse(order, .serverBusy, status: 503)
            tries += 1
            for _ in 0..<100 where bench.orders.isEmpty && bench.row()?.state != .paused { bench.pass(.seconds(100)) }
        }
        #expect(tries == EngineSettings().retry.limit && bench.row()?.error?.code == .tooManyAttempts)
    }

    /// No chunk is answered with a removal that failed.
    @Test(
        arguments: TransferError.Code.allCases.filter { code in
            [.needsUser, .fatal].contains(code.disposition) && code != .abortFailed
        })
    func theRestStops(_ code: TransferError.Code) {
        var bench = Bench.sending()
        let orders = bench.orders
        bench.refuse(orders[0], code, status: 400)
        #expect(bench.cancels == [orders[1].id] && bench.saved?.error?.code == code)
        bench.answer(orders[1], .cancelled, status: nil)
        #expect(bench.effects.contains(.closeSource(id)) && bench.queue.isIdle)
        #expect(bench.row()?.state == (code.disposition == .fatal ? .failed : .paused))
        bench.handle(.command(.retry([id])))
        #expect(bench.row()?.error == nil && bench.effects.contains(.openSource(id, path: "/d/file")))
    }

    @Test(arguments: [TransferError.Code.tooLarge, .remoteFull, .unauthorized, .remoteNameTaken, .refused])
    func aRefusedRegistrationStops(_ code: TransferError.Code) {
        var bench = Bench([Bench.freshUpload()])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        bench.handle(.saved(id))
        bench.refuse(bench.orders[0], code, status: 400)
        #expect(bench.row()?.state == (code.disposition == .fatal ? .failed : .paused))
        #expect(bench.row()?.error?.code == code && bench.queue.isIdle)
        // What it has refused under one key it may take later under the same.
        bench.handle(.command(.retry([id])))
        bench.handle(.sourceOpened(id, .success(Bench.file())))
        bench.handle(.saved(id))
        #expect(bench.orders.first?.registration != nil)
    }

    @Test func aNameTakenAtTheEndKeepsTheChunks() {
        var bench = Bench.sending(1)
        bench.store(bench.orders[0])
        bench.refuse(bench.orders[0], .remoteNameTaken, status: 409)
        #expect(bench.row()?.state == .paused)
        bench.handle(.command(.retry([id])))
        bench.resumeUpload(Bench.receipts([0]), Bench.status(1, received: [0...0]))
        #expect(bench.orders.map(\.task) == [.complete(sha256: nil, receipts: [:])])
    }

    @Test func aWholeFileThatDiffersIsSentAnew() throws {
        var bench = Bench.sending(1)
        bench.store(bench.orders[0])
        bench.refuse(bench.orders[0], .uploadMismatch, status: 422)
        #expect(bench.row()?.state == .paused && bench.orders.isEmpty)
        bench.handle(.command(.retry([id])))
        bench.handle(.sourceOpened(id, .success(Bench.file(1))))
        #expect(bench.orders.map(\.task) == [.abort])
    }

    @Test func aCommitThatFailsStops() {
        var bench = Bench.sending()
        let orders = bench.orders
        bench.handle(.fileFailed(id, TransferError(.fileFailure, "cannot save the queue")))
        for order in orders { bench.answer(order, .cancelled, status: nil) }
        #expect(bench.row()?.state == .paused && bench.row()?.error?.code == .fileFailure)
    }
}
