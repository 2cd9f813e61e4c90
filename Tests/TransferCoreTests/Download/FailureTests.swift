import Testing

@testable import TransferCore

@Suite struct FailureTests {
    private static let mebibyte = Bench.mebibyte
    private let id = TransferID(1)

    /// A transfer with four requests under way.
    private func active(_ validator: Validator = Bench.tag) throws -> (Bench, [RequestOrder]) {
        var bench = Bench([Bench.fresh()])
        bench.handle(.timer)
        let opening = try #require(bench.requests.first)
        bench.accept(40 * Self.mebibyte, validator: validator)
        return (bench, [opening] + bench.requests)
    }

    @Test(arguments: TransferError.Code.allCases.filter { $0.disposition == .retry && $0 != .serverBusy })
    func passingTroubleIsTriedAgainLater(_ code: TransferError.Code) throws {
        var (bench, orders) = try active()
        let start = orders[1].expectation.range.start
        bench.fail(orders[1], code, at: start + 8192)
        #expect(bench.row()?.retries == 1)
        #expect(bench.effects.contains { if case .keep = $0 { true } else { false } })
        bench.pass(.seconds(1))
        let asked = (bench.requests + orders).last { $0.expectation.range.start == start + 8192 }
        #expect(asked?.needsFreshConnection == true || bench.queue.nextDeadline(after: bench.now) == nil)
    }

    @Test func theFirstAnswerAfterAnOutageWakesWhatWaits() throws {
        var (bench, orders) = try active()
        // Nobody is heard of until one is due long before the last one.
        var waits: [Instant] = []
        repeat {
            for order in orders { bench.fail(order, .cannotConnect) }
            waits = try #require(bench.download()).planner.gaps.map(\.notBefore).sorted()
            bench.pass(waits[0] - bench.now)
            orders = bench.requests
        } while waits[waits.count - 1] - bench.now < .seconds(10)
        bench.accept(orders[0], 40 * Self.mebibyte)
        let gaps = try #require(bench.download()).planner.gaps
        #expect(!gaps.isEmpty && gaps.allSatisfy { $0.notBefore - bench.now <= .seconds(2) })
    }

    @Test(arguments: TransferError.Code.allCases.filter { $0.disposition == .needsUser && $0 != .abortFailed })
    func aPersonIsAsked(_ code: TransferError.Code) throws {
        var (bench, orders) = try active()
        bench.fail(orders[0], code)
        #expect(bench.cancels == orders.dropFirst().map(\.id) && bench.saved?.error?.code == code)
        for order in orders.dropFirst() { bench.cancelled(order) }
        #expect(bench.effects.contains(.closeFile(id, delete: false)))
        bench.handle(.fileClosed(id))
        #expect(bench.row()?.state == .paused && bench.row()?.error?.code == code && bench.queue.isIdle)
        bench.handle(.command(.retry([id])))
        #expect(bench.saved?.state == .queued && bench.row()?.error == nil)
    }

    @Test(arguments: TransferError.Code.allCases.filter { $0.disposition == .fatal })
    func whatNothingHelpsFails(_ code: TransferError.Code) {
        var bench = Bench([Bench.fresh()])
        bench.handle(.timer)
        bench.fail(bench.requests[0], code)
        #expect(bench.row()?.state == .failed && bench.queue.isIdle)
    }

    @Test func tooManyAttemptsAskAPerson() throws {
        var bench = Bench([Bench.fresh()])
        bench.handle(.timer)
        var tries = 0
        while let order = bench.requests.first, tries < 50 {
            bench.fail(order, .cannotConnect)
            tries += 1
            if bench.row()?.state == .waiting {
                #expect(bench.row()?.waitingUntil == bench.queue.nextDeadline(after: bench.now))
            }
            bench.pass(.seconds(61))
        }
        #expect(tries == 8 && bench.row()?.state == .paused && bench.row()?.error?.code == .tooManyAttempts)
    }

    @Test func retryDoesNotWait() {
        var bench = Bench([Bench.fresh()])
        bench.handle(.timer)
        bench.fail(bench.requests[0], .cannotConnect)
        bench.handle(.command(.retry([id])))
        #expect(bench.requests.count == 1)
    }

    @Test func aChangedRemoteStartsOver() throws {
        var (bench, orders) = try active()
        bench.fail(orders[2], .remoteChanged, facts: RemoteFacts())
        for order in [orders[0], orders[1], orders[3]] { bench.fail(order, .remoteChanged) }
        #expect(bench.effects.contains(.closeFile(id, delete: true)))
        bench.handle(.fileClosed(id))
        #expect(bench.requests.count == 1 && bench.requests[0].expectation.acceptsAnyVersion)
        #expect(bench.saved?.version == nil && bench.saved?.part == nil)
        #expect(bench.row()?.explanation?.description == "it says remote-changed: starting over from 0")
    }

    /// Answers to requests with a condition say nothing of those without.
    @Test func anIgnoredRangeIsAskedForWithoutACondition() throws {
        var (bench, orders) = try active()
        // How strong a date is depends on when the answer came.
        var facts = RemoteFacts(total: 40 * Self.mebibyte, validator: Bench.tag)
        facts.validator.lastModifiedIsStrong = true
        bench.fail(orders[1], .rangeIgnored, facts: facts)
        let again = try #require(bench.requests.first)
        #expect(again.precondition == nil)
        bench.fail(orders[2], .rangeIgnored, facts: facts)
        #expect(bench.cancels.isEmpty && bench.requests.first?.precondition == nil)
        bench.fail(again, .rangeIgnored, facts: facts)
        #expect(!bench.cancels.isEmpty)
        for order in bench.cancels {
            bench.handle(.requestEnded(order, RequestReport(outcome: .cancelled, receivedEnd: 0)))
        }
        bench.handle(.fileClosed(id))
        #expect(bench.requests.map(\.expectation.range) == [ByteRange(0, .max)])
        #expect(bench.row()?.explanation?.description == "the server ignores ranges: starting over from 0")
    }

    @Test func anotherLengthIsAnotherVersion() throws {
        var (bench, orders) = try active()
        bench.fail(orders[0], .rangeNotSatisfiable, facts: RemoteFacts(total: 7))
        #expect(bench.cancels.count == 3)
        (bench, orders) = try active()
        bench.fail(orders[0], .rangeNotSatisfiable, facts: RemoteFacts(total: 40 * Self.mebibyte))
        #expect(bench.cancels.isEmpty && bench.row()?.retries == 1)
    }

    @Test func aFailingDiskStopsTheTransfer() throws {
        var (bench, orders) = try active()
        bench.handle(.fileFailed(id, TransferError(.diskFull, "no room")))
        #expect(bench.cancels.count == 4)
        for order in orders { bench.end(order) }
        bench.handle(.fileClosed(id))
        #expect(bench.row()?.state == .paused && bench.row()?.error?.code == .diskFull && bench.finishes.isEmpty)
    }

    @Test func aBusyServerIsLeftAloneByAll() throws {
        var bench = Bench([Bench.fresh(1), Bench.fresh(2), Bench.fresh(3, source: "https://other.org/x")])
        bench.handle(.timer)
        let orders = bench.requests
        #expect(orders.count == 3)
        bench.fail(orders[0], .serverBusy, retryAfter: .seconds(30))
        bench.fail(orders[1], .cannotConnect)
        #expect(bench.row(1)?.state == .waiting && bench.row(2)?.state == .waiting)
        bench.pass(.seconds(29))
        #expect(bench.requests.isEmpty)
        // Unless a person wants it otherwise.
        bench.handle(.command(.retry([TransferID(1), TransferID(2)])))
        #expect(Set(bench.requests.map(\.transfer)) == [TransferID(1), TransferID(2)])
    }

    @Test func aCrawlingRequestIsMadeAgain() throws {
        var (bench, orders) = try active()
        bench.end(orders[0])
        let stolen = try #require(bench.requests.first)
        bench.now = bench.now + .seconds(6)
        let fast = [orders[1], orders[2], stolen].map { ($0.id, $0.expectation.range.start + 3_000_000) }
        let slow = (orders[3].id, orders[3].expectation.range.start + 10)
        bench.handle(.progress(Dictionary(uniqueKeysWithValues: fast + [slow])), .timer)
        #expect(bench.cancels == [orders[3].id])
    }
}
