import Testing
import TransferCore

@testable import UploadServer

/// Without a network: what happens is told, and the time with it.
@Suite struct ConnectionPaceTests {
    private var time = Instant.zero
    private var pace = ConnectionPace(limits: ConnectionLimits(), now: .zero)

    private mutating func pass(_ seconds: Double) { time = time + .seconds(seconds) }

    private mutating func verdict() -> ConnectionPace.Verdict { pace.verdict(now: time) }

    /// The moment before the next deadline nothing is wrong, and then something is.
    private mutating func expect(
        _ verdict: ConnectionPace.Verdict, after seconds: Double, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let deadline = pace.deadline(now: time)
        #expect(deadline == time + .seconds(seconds), sourceLocation: sourceLocation)
        pass(seconds - 0.001)
        #expect(pace.verdict(now: time) == .fine, sourceLocation: sourceLocation)
        pass(0.001)
        #expect(pace.verdict(now: time) == verdict, sourceLocation: sourceLocation)
    }

    /// A request with a body that the server waits for.
    private mutating func beginBody() {
        pace.readRequested(now: time)
        pace.bytesCame(200, now: time)
        pace.requestBegan(now: time)
        pace.bodyWanted(now: time)
        pace.readRequested(now: time)
    }

    private mutating func take(_ count: Int) {
        pace.bytesCame(count, now: time)
        pace.bodyCame(count, now: time)
        pace.readRequested(now: time)
    }

    @Test mutating func aConnectionMayBeIdleForAMinute() {
        expect(.idle, after: 60)
    }

    @Test mutating func aHeadHasTenSecondsHoweverItTricklesIn() {
        pass(50)
        for _ in 0..<9 {
            pace.readRequested(now: time)
            pace.bytesCame(1, now: time)
            pass(1)
            #expect(verdict() == .fine)
        }
        pace.bytesCame(1, now: time)
        expect(.slowHead, after: 1)
    }

    @Test mutating func aHeadHasItsSize() {
        pace.bytesCame(32 << 10, now: time)
        #expect(verdict() == .fine)
        pace.bytesCame(1, now: time)
        #expect(verdict() == .longHead)
    }

    @Test mutating func aBodyIsNotAHead() {
        beginBody()
        take(1 << 20)
        #expect(verdict() == .fine)
    }

    @Test mutating func aBodyMayBeSilentForFifteenSeconds() {
        beginBody()
        take(1 << 20)
        expect(.slowBody, after: 15)
    }

    @Test mutating func aByteASecondIsTooSlowAfterTheGrace() {
        beginBody()
        for _ in 0..<9 {
            pass(1)
            take(1)
            #expect(verdict() == .fine)
        }
        expect(.slowBody, after: 1)
    }

    @Test mutating func justFastEnoughIsFastEnough() {
        beginBody()
        for _ in 0..<1000 {
            take(1025)
            pass(1)
            #expect(verdict() == .fine)
        }
    }

    @Test mutating func whatTheServerIsNotReadyForIsNotTheClientsFault() {
        beginBody()
        pace.bytesCame(1, now: time)
        pace.bodyCame(1, now: time)
        // Nothing was asked for.
        #expect(pace.deadline(now: time) == nil)
        pass(1000)
        #expect(verdict() == .fine)
        pace.readRequested(now: time)
        expect(.slowBody, after: 10)
    }

    @Test mutating func aClientIsNotBlamedBeforeARouteWantsItsBody() {
        pace.bytesCame(200, now: time)
        pace.requestBegan(now: time)
        pace.readRequested(now: time)
        #expect(pace.deadline(now: time) == nil)
        pass(1000)
        #expect(verdict() == .fine)
        pace.bodyWanted(now: time)
        expect(.slowBody, after: 10)
    }

    @Test mutating func theRestOfAnAnsweredRequestIsNotWaitedForLong() {
        pace.bytesCame(200, now: time)
        pace.requestBegan(now: time)
        pace.readRequested(now: time)
        pass(1000)
        pace.answerEnded(now: time)
        expect(.slowBody, after: 10)
    }

    @Test mutating func theServersThinkingTimeIsItsOwn() {
        beginBody()
        pace.bytesCame(10, now: time)
        pace.bodyCame(10, now: time)
        pace.bodyEnded(now: time)
        pace.readRequested(now: time)
        #expect(pace.deadline(now: time) == nil)
        pass(1000)
        #expect(verdict() == .fine)
        pace.answerEnded(now: time)
        expect(.idle, after: 60)
    }

    @Test mutating func theNextRequestMayWaitForTheAnswerBefore() {
        beginBody()
        pace.bodyEnded(now: time)
        pace.bytesCame(5, now: time)
        #expect(pace.deadline(now: time) == nil)
        pass(100)
        pace.requestBegan(now: time)
        pace.readRequested(now: time)
        #expect(pace.deadline(now: time) == nil)
        pass(100)
        #expect(verdict() == .fine)
        pace.answerEnded(now: time)
        #expect(pace.deadline(now: time) == nil)
        pass(100)
        pace.bodyWanted(now: time)
        expect(.slowBody, after: 10)
    }

    @Test mutating func anAnswerIsReadOrTheConnectionEnds() {
        beginBody()
        pace.bodyEnded(now: time)
        pace.outputPends(5000, now: time)
        pass(29)
        pace.outputPends(4999, now: time)
        pass(29)
        pace.outputPends(4999, now: time)
        #expect(verdict() == .fine)
        pass(1)
        #expect(verdict() == .unread)
        pace.outputPends(0, now: time)
        #expect(verdict() == .fine)
    }

    @Test mutating func stuckOutputIsLookedAtFromTimeToTime() {
        pace.outputPends(5000, now: time)
        #expect(pace.deadline(now: time) == time + .seconds(7.5))
    }

    @Test mutating func theLastWordIsFollowedByALittlePatience() {
        beginBody()
        pace.outputEnded(now: time)
        pass(1)
        pace.outputEnded(now: time)
        expect(.over, after: 1)
    }
}
