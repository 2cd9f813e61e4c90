import TestSupport
import Testing
import TransferCore

/// The fake's own promises about time.
@Suite struct FakeTransportTests {
    private let clock = ManualClock()

    private func transport(_ answer: FakeAnswer) -> FakeTransport {
        FakeTransport(clock: clock) { _ in answer }
    }

    private func start(_ transport: FakeTransport, body: PatternBody? = nil, _ receiver: Recorder) {
        let request = HTTPRequest(method: body == nil ? "GET" : "PUT", url: "http://files.test/a", headers: [])
        transport.start(RequestID(1), request, body: body, options: ConnectionOptions(), receiver: receiver)
    }

    @Test func latencyAndRateTakeTimeByTheClock() {
        var answer = FakeAnswer(200, body: [UInt8](repeating: 1, count: 10_000))
        answer.latency = .seconds(3)
        answer.bytesPerSecond = 1000
        let transport = transport(answer)
        let recorder = Recorder()
        let begin = clock.now()
        start(transport, recorder)
        let ends = transport.ends(clock: clock)
        #expect(ends.map(\.outcome) == [.completed])
        #expect(ends.first?.timeToFirstByte == .seconds(3))
        #expect(clock.now() - begin == .seconds(13))
        #expect(recorder.body.count == 10_000)
    }

    @Test func aStallTakesAsLongAsPermitted() {
        var answer = FakeAnswer(200, body: [1, 2, 3])
        answer.stallsAfter = 2
        let transport = transport(answer)
        let recorder = Recorder()
        let begin = clock.now()
        start(transport, recorder)
        #expect(transport.ends(clock: clock, within: .seconds(60)).map(\.code) == [.stalled])
        #expect(recorder.body == [1, 2])
        #expect(clock.now() - begin == ConnectionOptions().stallTimeout)
    }

    @Test func theClockJumpsToTheDeadlineOnly() {
        var answer = FakeAnswer(200)
        answer.latency = .seconds(30)
        let transport = transport(answer)
        start(transport, Recorder())
        let deadline = clock.now() + .seconds(7)
        #expect(transport.wait(until: deadline).isEmpty)
        #expect(clock.now() == deadline)
    }

    @Test func piecesHaveTheSizeOfTheScript() {
        var answer = FakeAnswer(200, body: [UInt8](repeating: 1, count: 10))
        answer.pieceSize = 4
        let transport = transport(answer)
        let recorder = Recorder()
        start(transport, recorder)
        #expect(transport.ends(clock: clock).count == 1)
        #expect(recorder.pieces == [4, 4, 2])
        #expect(transport.requests.map(\.url) == ["http://files.test/a"])
    }

    @Test func theBodyOfARequestMayDecideTheAnswer() {
        var answer = FakeAnswer(500)
        answer.onRequestBody = { $1 = FakeAnswer(201, body: Array("\($0.count)".utf8)) }
        let transport = transport(answer)
        let recorder = Recorder()
        start(transport, body: PatternBody(size: 40_000), recorder)
        #expect(transport.ends(clock: clock).map(\.outcome) == [.completed])
        #expect(recorder.heads.map(\.status) == [201])
        #expect(recorder.body == Array("40000".utf8))
    }

    @Test func theLatencyFollowsTheBodyOfTheRequest() {
        var answer = FakeAnswer(201)
        answer.latency = .seconds(3)
        let transport = transport(answer)
        let body = PatternBody(size: 10)
        body.decide = { _ in .pause }
        let begin = clock.now()
        start(transport, body: body, Recorder())
        #expect(transport.ends(clock: clock, within: .seconds(5)).isEmpty)
        body.decide = { _ in nil }
        transport.resume(RequestID(1))
        #expect(transport.ends(clock: clock).first?.timeToFirstByte == .seconds(8))
        #expect(clock.now() - begin == .seconds(8))
    }

    @Test func aServerThatIsDownRefuses() {
        let server = FakeServer([ServedFile("/a", .bytes([1]))])
        let transport = FakeTransport(clock: clock, answer: server.answer)
        server.isUp = false
        start(transport, Recorder())
        #expect(transport.ends(clock: clock).map(\.code) == [.cannotConnect])
        server.isUp = true
        start(transport, Recorder())
        #expect(transport.ends(clock: clock).map(\.outcome) == [.completed])
        #expect(server.requests.map(\.status) == [200])
    }
}
