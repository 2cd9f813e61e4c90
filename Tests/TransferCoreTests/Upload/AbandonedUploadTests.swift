import Testing

@testable import TransferCore

/// Unfinished uploads at an object store cost money: none is lost sight of.
@Suite struct AbandonedUploadTests {
    private static let address = StoreUpload.address
    private let id = Bench.upload

    private static func paused(_ code: TransferError.Code? = nil, abandoned: [String] = []) -> TransferRecord {
        var record = StoreUpload.record(2, address: address)
        record.state = .paused
        record.error = code.map { TransferError($0, "it says \($0.rawValue)") }
        record.abandoned = abandoned
        return record
    }

    private static func saved(_ bench: Bench) -> TransferRecord? {
        bench.effects.reversed().lazy.compactMap { if case .save(let record) = $0 { record } else { nil } }.first
    }

    // MARK: New beginnings

    /// The engine that carries out `carryon retry` starts nothing.
    @Test(arguments: [TransferError.Code.sourceChanged, .uploadMismatch])
    func aRetryElsewhereNamesWhatItGivesUp(_ code: TransferError.Code) throws {
        var bench = Bench([Self.paused(code)], only: [])
        bench.handle(.command(.retry([id])))
        let saved = try #require(bench.saved)
        #expect(saved.upload == nil && saved.abandoned == [Self.address] && bench.orders.isEmpty)

        bench = Bench([saved])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file(16, modified: 2))))
        #expect(bench.orders.map(\.task) == [.abort] && bench.orders.map(\.address) == [Self.address])
        bench.answer(bench.orders[0], .aborted)
        #expect(bench.saved?.abandoned == [] && bench.effects.contains(.openSource(id, path: "/d/file")))
    }

    /// A process that is killed between the two must not leave anything that nobody knows of.
    @Test func aNewBeginningIsSavedTogetherWithWhatItGivesUp() throws {
        var bench = StoreUpload.resumed(2, [])
        bench.answer(bench.orders[0], .status(StoreUpload.status(2)))
        bench.refuse(bench.orders[0], .chunkConflict, status: 409)
        let saved = try #require(bench.saved)
        #expect(bench.effects.contains(.forgetChunks(id)))
        #expect(saved.upload == nil && saved.abandoned == [Self.address])
    }

    @Test func aSecondOneThatIsGivenUpIsToldToo() throws {
        var bench = Bench([Self.paused(.sourceChanged, abandoned: ["s3://bucket/file?old"])])
        bench.handle(.command(.retry([id])))
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file(16, modified: 2))))
        var told: [String] = []
        while let order = bench.orders.first, order.task == .abort, told.count < 5 {
            told.append(order.address)
            bench.answer(order, .aborted)
        }
        #expect(told == ["s3://bucket/file?old", Self.address])
        #expect(Self.saved(bench)?.abandoned == [])
    }

    /// Who may not abort may send all the same.
    @Test func aNewBeginningGoesOnWhenTheStoreCannotBeTold() throws {
        var record = StoreUpload.record(1)
        record.abandoned = [Self.address]
        var bench = Bench([record])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file(8))))
        bench.refuse(try #require(bench.orders.first), .forbidden, status: 403)
        bench.handle(.sourceOpened(id, .success(Bench.file(8))))
        bench.handle(.saved(id))
        bench.answer(try #require(bench.orders.first), .registered(address: "s3://b?2", StoreUpload.status(1)))
        bench.handle(.saved(id))
        bench.answer(try #require(bench.orders.first), .stored(receipt: StoreUpload.receipt(0)))
        bench.answer(try #require(bench.orders.first), .completed(sha256: nil))
        bench.handle(.saved(id))
        // Once more at the end; and what is left then, the record goes on to name.
        let abort = try #require(bench.orders.first)
        #expect(abort.task == .abort && abort.address == Self.address)
        bench.handle(.command(.pause([id])))
        bench.refuse(abort, .forbidden, status: 403)
        #expect(bench.row()?.state == .completed && bench.queue.entries[id]?.record.abandoned == [Self.address])
        bench.handle(.command(.remove([id], withData: false)))
        #expect(bench.orders.map(\.address) == [Self.address])
        bench.answer(try #require(bench.orders.first), .aborted)
        #expect(bench.effects.contains(.remove(id)))
    }

    @Test func aPauseDoesNotWaitForTheStore() throws {
        var record = StoreUpload.record(1)
        record.abandoned = [Self.address]
        var bench = Bench([record])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file(8))))
        let abort = try #require(bench.orders.first)
        bench.handle(.command(.pause([id])))
        #expect(bench.cancels == [abort.id])
        bench.answer(abort, .cancelled)
        #expect(bench.queue.isIdle && bench.row()?.state == .paused)
        #expect(bench.queue.entries[id]?.record.abandoned == [Self.address])
    }

    // MARK: Removals

    @Test(arguments: [true, false])
    func aRemovalTriesForAWhileAndThenSaysSo(_ isRunning: Bool) throws {
        var bench = Bench([Self.paused()])
        if isRunning { bench = StoreUpload.resumed(2, []) }
        let question = bench.orders.first
        bench.handle(.command(.remove([id], withData: false)))
        let saved = try #require(bench.saved)
        #expect(saved.upload == nil && saved.abandoned == [Self.address])
        #expect(
            saved.state == .paused && saved.error?.code == .abortFailed, "as a process that is killed now leaves it")
        if let question { bench.answer(question, .cancelled) }
        #expect(bench.row()?.error == nil, "it is under way")
        var tries = 0
        while let order = bench.orders.first, tries < 20 {
            #expect(order.task == .abort)
            bench.refuse(order, .cannotConnect, status: nil)
            tries += 1
            bench.pass(.seconds(9))
        }
        #expect((3...6).contains(tries) && !bench.effects.contains(.remove(id)) && bench.queue.isIdle)
        #expect(bench.row()?.state == .paused)
        let sentence = bench.row()?.error?.sentence
        #expect(sentence?.hasPrefix("its unfinished upload is still at the store: it says cannot-connect: ") == true)

        bench.handle(.command(.remove([id], withData: false)))
        bench.answer(try #require(bench.orders.first), .aborted)
        #expect(bench.effects.contains(.remove(id)) && bench.row() == nil)
    }

    @Test func whatWasToBeRemovedIsNeverSent() throws {
        for command in [EngineCommand.retry([id]), .resume([id]), .resumeAll] {
            var bench = Bench([Self.paused()])
            bench.handle(.command(.remove([id], withData: false)))
            bench.refuse(try #require(bench.orders.first), .forbidden, status: 403)
            bench.handle(.command(.pauseAll), .command(command))
            guard case .resumeAll = command else {
                #expect(bench.orders.map(\.task) == [.abort])
                bench.answer(try #require(bench.orders.first), .aborted)
                #expect(bench.effects.contains(.remove(id)) && bench.row() == nil)
                continue
            }
            #expect(bench.orders.isEmpty && bench.queue.isIdle && bench.row()?.error?.code == .abortFailed)
        }
    }

    @Test func whatIsForgottenIsNotToldToTheStore() {
        var bench = Bench([Self.paused()])
        bench.handle(.command(.forget([id, TransferID(99)])))
        #expect(bench.orders.isEmpty && bench.effects.contains(.remove(id)) && bench.row() == nil)
        #expect(bench.queue.isIdle)
    }

    @Test func whatRunsIsEndedRatherThanForgotten() throws {
        var bench = StoreUpload.resumed(2, [])
        let question = try #require(bench.orders.first)
        bench.handle(.command(.forget([id])))
        #expect(bench.cancels == [question.id] && !bench.effects.contains(.remove(id)))
        bench.answer(question, .cancelled)
        bench.answer(try #require(bench.orders.first), .aborted)
        #expect(bench.effects.contains(.remove(id)) && bench.row() == nil)
    }

    @Test func aRemovalThatIsForbiddenSaysSoAtOnce() throws {
        var bench = Bench([Self.paused()])
        bench.handle(.command(.remove([id], withData: false)))
        bench.refuse(try #require(bench.orders.first), .forbidden, status: 403)
        #expect(bench.row()?.error?.code == .abortFailed && bench.queue.isIdle)
    }

    @Test func aStopInTheMiddleOfARemovalForgetsNothing() throws {
        var bench = Bench([Self.paused()])
        bench.handle(.command(.remove([id], withData: false)))
        let abort = try #require(bench.orders.first)
        bench.handle(.shutdown)
        #expect(bench.cancels == [abort.id])
        bench.answer(abort, .cancelled)
        #expect(bench.queue.isStopped && !bench.effects.contains(.remove(id)))
        let record = try #require(bench.queue.entries[id]?.record)
        #expect(record.abandoned == [Self.address] && record.state == .paused && record.error?.code == .abortFailed)
    }

    @Test(arguments: [true, false])
    func aRemovalAfterAStopIsRemembered(_ isRunning: Bool) throws {
        var bench = Bench([Self.paused()])
        if isRunning { bench = StoreUpload.resumed(2, []) }
        let question = bench.orders.first
        bench.handle(.shutdown)
        bench.handle(.command(.remove([id], withData: false)))
        if let question { bench.answer(question, .cancelled) }
        #expect(bench.queue.isStopped && !bench.effects.contains(.remove(id)))
        let record = try #require(bench.queue.entries[id]?.record)
        #expect(record.abandoned == [Self.address] && record.state == .paused && record.error?.code == .abortFailed)
    }

    @Test(arguments: [5, 600])
    func aBusyStoreIsToldWhenItWantsToHearIt(_ seconds: Int) throws {
        var bench = Bench([Self.paused()])
        bench.handle(.command(.remove([id], withData: false)))
        bench.refuse(try #require(bench.orders.first), .serverBusy, status: 503, after: .seconds(seconds))
        bench.pass(.seconds(10))
        if seconds == 5 {
            bench.answer(try #require(bench.orders.first), .aborted)
            #expect(bench.effects.contains(.remove(id)))
        } else {
            #expect(bench.queue.isIdle && bench.row()?.error?.code == .abortFailed, "nobody waits for ten minutes")
        }
    }

    /// The remote was told to wait by another transfer.
    @Test func aClosedGateEndsARemovalInTime() throws {
        var other = StoreUpload.record(2)
        other = TransferRecord(
            id: TransferID(2),
            wish: NewTransfer(direction: .upload, source: "/d/b", destination: "s3://bucket/b", options: other.options),
            createdAt: other.createdAt)
        var bench = Bench([Self.paused(), other])
        bench.handle(.timer)
        bench.handle(.sourceOpened(TransferID(2), .success(Bench.file(16))))
        bench.handle(.saved(TransferID(2)))
        bench.refuse(try #require(bench.orders.first), .serverBusy, status: 503, after: .seconds(600))
        bench.handle(.command(.remove([id], withData: false)))
        #expect(bench.orders.isEmpty && bench.row()?.error == nil)
        let deadline = try #require(bench.queue.nextDeadline(after: bench.now))
        #expect(deadline <= bench.now + .seconds(30))
        bench.pass(.seconds(30))
        #expect(bench.row()?.error?.code == .abortFailed && bench.orders.isEmpty)
    }

    // MARK: Registrations

    @Test func aPauseAwaitsTheAnswerToARegistration() throws {
        var bench = StoreUpload.fresh(2)
        let registration = try #require(bench.orders.first)
        bench.handle(.command(.pause([id])))
        #expect(bench.cancels.isEmpty && !bench.queue.isIdle)
        bench.answer(registration, .registered(address: Self.address, StoreUpload.status(2)))
        #expect(bench.saved?.upload?.address == Self.address && bench.saved?.state == .paused)
        #expect(bench.orders.isEmpty && bench.queue.isIdle)
    }

    @Test func aRemovalAwaitsTheAnswerToARegistrationAndAbortsIt() throws {
        var bench = StoreUpload.fresh(2)
        let registration = try #require(bench.orders.first)
        // Somebody pauses it first.
        bench.handle(.command(.pause([id])), .command(.remove([id], withData: false)))
        #expect(bench.cancels.isEmpty && !bench.effects.contains(.remove(id)))
        bench.answer(registration, .registered(address: Self.address, StoreUpload.status(2)))
        #expect(bench.saved?.abandoned == [Self.address])
        let abort = try #require(bench.orders.first)
        #expect(abort.task == .abort && abort.address == Self.address)
        bench.answer(abort, .aborted)
        #expect(bench.effects.contains(.remove(id)))
    }

    @Test func aStopDoesNotAwaitARegistration() throws {
        var bench = StoreUpload.fresh(2)
        let registration = try #require(bench.orders.first)
        bench.handle(.command(.pause([id])), .shutdown)
        #expect(bench.cancels == [registration.id])
        bench.answer(registration, .cancelled)
        #expect(bench.queue.isStopped && bench.queue.entries[id]?.record.upload != nil)
    }

    @Test func aRegistrationThatFailsEndsTheWaitToo() throws {
        var bench = StoreUpload.fresh(2)
        let registration = try #require(bench.orders.first)
        bench.handle(.command(.remove([id], withData: false)))
        bench.refuse(registration, .cannotConnect, status: nil)
        #expect(bench.effects.contains(.remove(id)) && bench.queue.isIdle)
    }

    /// What the lost answer was about is empty, so that it suits any content.
    @Test func aChangedSourceAdoptsWhatALostAnswerWasAbout() throws {
        var record = StoreUpload.record(2, address: Self.address)
        record.upload?.address = nil
        record.upload?.begunAt = WallTime(milliseconds: 7)
        var bench = Bench([record])
        bench.handle(.timer)
        bench.handle(.sourceOpened(id, .success(Bench.file(32, modified: 2))))
        bench.handle(.saved(id))
        let registration = try #require(bench.orders.first?.registration)
        #expect(registration.isRepeated && registration.begunAt == WallTime(milliseconds: 7))
        #expect(registration.size == 32 << 20)
    }
}
