import Synchronization
import TestSupport
import Testing
import TransferCore

/// How a receiver and an owner steer a request, the same for every transport.
@Suite struct TransportControlTests {
    private static let pattern = PatternFile(seed: 31, size: 900_000)
    private static let files = [ServedFile("/a", .pattern(pattern))]

    @Test(arguments: TransportKind.allCases)
    func aReceiverStopsAfterTheHead(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, Self.files) { subject in
            let recorder = Recorder()
            recorder.headDecision = .stop
            subject.start("/a", recorder)
            #expect(subject.ends().map(\.outcome) == [.stopped])
            #expect(recorder.heads.count == 1)
            #expect(recorder.pieces == [])
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aReceiverStopsInTheBody(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, Self.files) { subject in
            let recorder = Recorder()
            recorder.decide = { $0 >= 100_000 ? .stop : .proceed }
            subject.start("/a", recorder)
            #expect(subject.ends().map(\.outcome) == [.stopped])
            let calls = recorder.calls
            _ = subject.run(within: .milliseconds(20)) { false }
            #expect(recorder.calls == calls)
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aPauseHandsTheSameBytesOverAgain(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, Self.files) { subject in
            let recorder = Recorder()
            var isPausing = true
            recorder.decide = { $0 >= 200_000 && isPausing ? .pause : .proceed }
            let id = subject.start("/a", recorder)
            #expect(subject.run { !recorder.refused.isEmpty }.isEmpty)
            // It stays quiet until it is told otherwise.
            let calls = recorder.calls
            #expect(subject.run(within: .milliseconds(30)) { false }.isEmpty)
            #expect(recorder.calls == calls)
            // Refused once more.
            subject.transport.resume(id)
            #expect(recorder.calls == calls, "receivers are called while waiting only")
            #expect(subject.run { recorder.refused.count == 2 }.isEmpty)
            isPausing = false
            subject.transport.resume(id)
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(recorder.body == Self.pattern.bytes)
            // What was refused was handed over again, not lost and not doubled.
            #expect(recorder.refused.first == recorder.refused.last)
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aPausedRequestDoesNotStall(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, Self.files) { subject in
            let recorder = Recorder()
            var isPausing = true
            recorder.decide = { _ in isPausing ? .pause : .proceed }
            var options = ConnectionOptions()
            options.stallTimeout = .seconds(2)
            let id = subject.start("/a", options: options, recorder)
            #expect(subject.run(within: .milliseconds(4200)) { false }.isEmpty)
            isPausing = false
            subject.transport.resume(id)
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(recorder.body == Self.pattern.bytes)
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aReceiverStopsWhenItIsResumed(_ kind: TransportKind) async throws {
        // Nothing comes behind the piece that is refused.
        let faults = [Fault(.always, .stall(after: 1000))]
        try await TransportSubject.run(kind, Self.files, faults: faults) { subject in
            let recorder = Recorder()
            var decision = BodyDecision.pause
            recorder.decide = { _ in decision }
            let id = subject.start("/a", recorder)
            #expect(subject.run { !recorder.refused.isEmpty }.isEmpty)
            decision = .stop
            subject.transport.resume(id)
            #expect(subject.ends().map(\.outcome) == [.stopped])
        }
    }

    @Test(arguments: TransportKind.allCases)
    func resumingWhatIsNotPausedIsHarmless(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, Self.files) { subject in
            let recorder = Recorder()
            let id = subject.start("/a", recorder)
            subject.transport.resume(id)
            subject.transport.resume(RequestID(999))
            #expect(subject.ends().map(\.outcome) == [.completed])
            subject.transport.resume(id)
            #expect(recorder.body == Self.pattern.bytes)
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aCancelledRequestIsSilent(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, Self.files) { subject in
            let (cancelled, other, early) = (Recorder(), Recorder(), Recorder())
            cancelled.decide = { $0 >= 100_000 ? .pause : .proceed }
            let id = subject.start("/a", cancelled)
            #expect(subject.run { !cancelled.refused.isEmpty }.isEmpty)
            subject.transport.cancel(id)
            subject.transport.cancel(id)
            subject.transport.cancel(RequestID(999))
            subject.transport.resume(id)
            // Before it could begin, and one that never can.
            subject.transport.cancel(subject.start("/a", early))
            subject.transport.cancel(subject.start("http://", early))
            let calls = cancelled.calls
            let otherID = subject.start("/a", other)
            #expect(subject.ends().map(\.id) == [otherID])
            #expect(subject.run(within: .milliseconds(30)) { false }.isEmpty)
            #expect(other.body == Self.pattern.bytes)
            #expect(cancelled.calls == calls)
            #expect(early.calls == 0)
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aCancelledRequestLetsItsReceiverGo(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, Self.files) { subject in
            weak var weakly: Recorder?
            do {
                let recorder = Recorder()
                weakly = recorder
                subject.transport.cancel(subject.start("/a", recorder))
            }
            #expect(weakly == nil)
        }
    }

    @Test(arguments: TransportKind.allCases)
    func waitingEndsAtTheDeadline(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind) { subject in
            let start = subject.clock.now()
            let deadline = start + .milliseconds(30)
            while subject.clock.now() < deadline { #expect(subject.transport.wait(until: deadline).isEmpty) }
            #expect(subject.clock.now() - start < .seconds(30))
            // One that has passed does not wait.
            #expect(subject.transport.wait(until: start).isEmpty)
            #expect(subject.clock.now() - start < .seconds(30))
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aWakeUpBeforeTheWaitEndsIt(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind) { subject in
            let start = subject.clock.now()
            subject.transport.waker.wake()
            subject.transport.waker.wake()
            #expect(subject.transport.wait(until: start + .seconds(100)).isEmpty)
            #expect(subject.clock.now() - start < .seconds(90))
        }
    }

    @Test(arguments: TransportKind.allCases)
    func anotherThreadWakesAWait(_ kind: TransportKind) async throws {
        let waker = Mutex<(any Waker)?>(nil)
        async let waited = TransportSubject.run(kind) { subject in
            waker.withLock { $0 = subject.transport.waker }
            // A deadline far away, so that a lost wake-up fails the test instead of stopping it.
            let start = ContinuousClock.now
            let ends = subject.transport.wait(until: subject.clock.now() + .seconds(270))
            #expect(ContinuousClock.now - start < .seconds(240))
            return ends.count
        }
        try await eventually("the transport is there") { waker.withLock { $0 != nil } }
        waker.withLock { $0 }?.wake()
        #expect(try await waited == 0)
        // The transport is gone by now.
        waker.withLock { $0 }?.wake()
    }
}
