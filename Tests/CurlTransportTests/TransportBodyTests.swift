import TestSupport
import Testing
import TransferCore

/// How the bodies of requests go out, the same for every transport.
@Suite struct TransportBodyTests {
    private static let stored = [Fault(.always, .status(201, [HeaderField("ETag", "\"x\"")], body: "stored"))]

    @Test(arguments: TransportKind.allCases, [0, 1, 64 << 10, 3 << 20 | 1] as [Int64])
    func theBytesArriveIdentical(_ kind: TransportKind, _ size: Int64) async throws {
        try await TransportSubject.run(kind, faults: Self.stored) { subject in
            let (body, recorder) = (PatternBody(size: size), Recorder())
            let id = subject.send("PUT", "/a", body, recorder)
            let ends = subject.ends()
            #expect(ends.map(\.id) == [id])
            #expect(ends.map(\.outcome) == [.completed])
            #expect(recorder.heads.map(\.status) == [201])
            #expect(recorder.heads.first?["ETag"] == "\"x\"")
            #expect(recorder.body == Array("stored".utf8))
            #expect(subject.requests.map(\.body) == [body.bytes])
            // Nobody asks for more than there is.
            #expect(body.offsets.allSatisfy { $0 < size })
        }
    }

    @Test(arguments: TransportKind.allCases, ["PUT", "POST", "PATCH", "DELETE", "REPORT"])
    func methodAndFieldsAreThoseGiven(_ kind: TransportKind, _ method: String) async throws {
        try await TransportSubject.run(kind, faults: Self.stored) { subject in
            let fields = [
                HeaderField("Content-Type", "application/offset+octet-stream"), HeaderField("Upload-Offset", "0"),
                HeaderField("X-Empty", ""),
            ]
            let body = PatternBody(size: 1000)
            subject.send(method, "/a?part=1", headers: fields, body, Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            let request = try #require(subject.requests.first)
            #expect(request.method == method)
            #expect(request.target == "/a?part=1")
            #expect(request.body == body.bytes)
            #expect(fields.allSatisfy { field in request.fields.filter { $0.name == field.name } == [field] })
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aBodyIsReadFromFrontToBack(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, faults: Self.stored) { subject in
            let body = PatternBody(size: 100_000)
            body.pieceSize = 999
            subject.send("PUT", "/a", body, Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(body.offsets == Array(stride(from: 0, to: 100_000, by: 999)))
            #expect(subject.requests.map(\.body) == [body.bytes])
        }
    }

    @Test(arguments: TransportKind.allCases, [0, 1, 200_000] as [Int64])
    func aPausedBodyGoesOnWhereItWas(_ kind: TransportKind, _ place: Int64) async throws {
        try await TransportSubject.run(kind, faults: Self.stored) { subject in
            let body = PatternBody(size: 900_001)
            var isPausing = true
            body.pieceSize = 1
            body.decide = { [unowned body] offset in
                if offset > 0 { body.pieceSize = 10_000 }
                return offset >= place && isPausing ? .pause : nil
            }
            let id = subject.send("PUT", "/a", body, Recorder())
            #expect(subject.run { body.offsets.contains { $0 >= place } }.isEmpty)
            let paused = try #require(body.offsets.last)
            // It stays quiet until it is told otherwise.
            let reads = body.offsets.count
            #expect(subject.run(within: .milliseconds(30)) { false }.isEmpty)
            #expect(body.offsets.count == reads)
            subject.transport.resume(id)
            #expect(body.offsets.count == reads, "bodies are asked while waiting only")
            #expect(subject.run { body.offsets.count > reads }.isEmpty)
            #expect(body.offsets.last == paused)
            isPausing = false
            subject.transport.resume(id)
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(subject.requests.map(\.body) == [body.bytes])
        }
    }

    @Test(arguments: TransportKind.allCases, [0, 300_000] as [Int64])
    func aBodyEndsItsRequest(_ kind: TransportKind, _ place: Int64) async throws {
        try await TransportSubject.run(kind, faults: Self.stored) { subject in
            let (body, recorder) = (PatternBody(size: 900_000), Recorder())
            body.decide = { $0 >= place ? .stop : nil }
            subject.send("PUT", "/a", body, recorder)
            #expect(subject.ends().map(\.outcome) == [.stopped])
            #expect(recorder.calls == 0)
            let reads = body.offsets.count
            _ = subject.run(within: .milliseconds(20)) { false }
            #expect(body.offsets.count == reads)
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aBodyEndsItsRequestWhenItIsResumed(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, faults: Self.stored) { subject in
            let body = PatternBody(size: 100)
            var decision = BodyRead.pause
            body.decide = { _ in decision }
            let id = subject.send("PUT", "/a", body, Recorder())
            #expect(subject.run { !body.offsets.isEmpty }.isEmpty)
            decision = .stop
            subject.transport.resume(id)
            #expect(subject.ends().map(\.outcome) == [.stopped])
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aRequestIsCancelledInItsBody(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, faults: Self.stored) { subject in
            let recorder = Recorder()
            weak var weakly: PatternBody?
            do {
                let body = PatternBody(size: 50_000_000)
                weakly = body
                let id = subject.send("PUT", "/a", body, recorder)
                #expect(subject.run { body.offsets.last ?? 0 > 100_000 }.isEmpty)
                subject.transport.cancel(id)
                subject.transport.resume(id)
            }
            #expect(weakly == nil)
            let (other, id) = (PatternBody(size: 70_000), subject.send("PUT", "/b", nil, Recorder()))
            let otherID = subject.send("PUT", "/c", other, Recorder())
            #expect(Set(subject.ends(2).map(\.id)) == [id, otherID])
            #expect(recorder.calls == 0)
            #expect(subject.requests.first { $0.path == "/c" }?.body == other.bytes)
        }
    }

    @Test(arguments: TransportKind.allCases, [409, 413, 507])
    func anAnswerBeforeTheEndOfTheBodyArrives(_ kind: TransportKind, _ status: Int) async throws {
        let faults = [
            Fault(.path("/a"), .status(status, body: "that is too much")),
            Fault(.path("/a"), .earlyAnswer(after: 100_000)),
        ]
        try await TransportSubject.run(kind, faults: faults) { subject in
            let (body, recorder) = (PatternBody(size: 50_000_000), Recorder())
            subject.send("PUT", "/a", body, recorder)
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(recorder.heads.map(\.status) == [status])
            #expect(recorder.body == Array("that is too much".utf8))
            #expect(body.offsets.last ?? 0 < body.length / 2)
            // The next request is not taken for the rest of the body.
            subject.send("PUT", "/b", PatternBody(size: 10), recorder)
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(recorder.heads.map(\.status) == [status, 404])
        }
    }

    @Test(arguments: TransportKind.allCases)
    func anAnswerEndsThePauseOfABody(_ kind: TransportKind) async throws {
        let faults = [Fault(.always, .status(413, body: "no")), Fault(.always, .earlyAnswer(after: 1000))]
        try await TransportSubject.run(kind, faults: faults) { subject in
            let (body, recorder) = (PatternBody(size: 100_000), Recorder())
            body.pieceSize = 1000
            body.decide = { $0 == 1000 ? .pause : nil }
            subject.send("PUT", "/a", body, recorder)
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(recorder.heads.map(\.status) == [413])
            #expect(recorder.body == Array("no".utf8))
            #expect(body.offsets.allSatisfy { $0 <= 1000 })
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aBodyPausedForLongDoesNotStall(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, faults: Self.stored) { subject in
            var options = ConnectionOptions()
            options.stallTimeout = .seconds(2)
            let body = PatternBody(size: 500_000)
            var isPausing = true
            body.decide = { $0 > 0 && isPausing ? .pause : nil }
            let id = subject.send("PUT", "/a", options: options, body, Recorder())
            #expect(subject.run(within: .milliseconds(4700)) { false }.isEmpty)
            isPausing = false
            subject.transport.resume(id)
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(subject.requests.map(\.body) == [body.bytes])
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aServerThatTakesNoMoreIsAStall(_ kind: TransportKind) async throws {
        try await stalls(kind, [Fault(.always, .stallRequestBody(after: 5000))], bodySize: 200_000_000)
    }

    @Test(arguments: TransportKind.allCases)
    func aServerThatTakesAllAndSaysNothingIsAStall(_ kind: TransportKind) async throws {
        try await stalls(kind, Self.stored + [Fault(.always, .stall(after: -1))], bodySize: 200_000)
    }

    private func stalls(_ kind: TransportKind, _ faults: [Fault], bodySize: Int64) async throws {
        try await TransportSubject.run(kind, faults: faults) { subject in
            var options = ConnectionOptions()
            options.stallTimeout = .seconds(2)
            let start = subject.clock.now()
            let recorder = Recorder()
            subject.send("PUT", "/a", options: options, PatternBody(size: bodySize), recorder)
            let ends = subject.ends()
            #expect(ends.map(\.code) == [.stalled])
            #expect(ends.first?.timeToFirstByte == nil)
            #expect(recorder.calls == 0)
            #expect(subject.clock.now() - start >= .milliseconds(1900))
            // Sooner than without options.
            #expect(subject.clock.now() - start < ConnectionOptions().stallTimeout)
        }
    }

    @Test(arguments: TransportKind.allCases)
    func manyBodiesGoSideBySide(_ kind: TransportKind) async throws {
        try await TransportSubject.run(kind, faults: Self.stored) { subject in
            var bodies: [String: PatternBody] = [:]
            for round in 0..<3 {
                for index in 0..<12 {
                    let size = Int64([0, 1, 16_384, 65_537, 300_001, 1_000_003][(round + index) % 6])
                    let body = PatternBody(seed: UInt64(100 * round + index), size: size)
                    if index % 2 == 0 { body.pieceSize = 5_003 }
                    bodies["/\(round).\(index)"] = body
                    subject.send("PUT", "/\(round).\(index)", body, Recorder())
                }
                #expect(subject.ends(12).allSatisfy { $0.outcome == .completed })
            }
            #expect(subject.requests.count == bodies.count)
            for request in subject.requests { #expect(request.body == bodies[request.path]?.bytes) }
            // The connections of the first round carried the others.
            #expect(Set(subject.requests.map(\.connection)).count <= 12)
        }
    }
}
