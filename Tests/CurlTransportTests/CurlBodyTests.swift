import CCurl
import TestSupport
import Testing
import TransferCore

@testable import CurlTransport

/// What libcurl makes of requests with bodies.
@Suite struct CurlBodyTests {
    private static let stored = [Fault(.always, .status(201, body: "stored"))]

    @Test(arguments: [0, 1, 3_000_001] as [Int64], ["PUT", "POST", "PATCH", "DELETE"])
    func theLengthIsSaidAndNothingElse(_ size: Int64, _ method: String) async throws {
        try await TransportSubject.run(.curl, faults: Self.stored) { subject in
            subject.send(method, "/a", PatternBody(size: size), Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            let request = try #require(subject.requests.first)
            #expect(request.method == method)
            #expect(Set(request.fields.map { $0.name.lowercased() }) == ["host", "accept", "content-length"])
            #expect(request["Content-Length"] == "\(size)")
        }
    }

    @Test(arguments: ["PUT", "POST", "PATCH"])
    func noBodyIsSaidWhereOneIsExpected(_ method: String) async throws {
        try await TransportSubject.run(.curl, faults: Self.stored) { subject in
            subject.send(method, "/a", nil, Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(subject.requests.map(\.method) == [method])
            #expect(subject.requests.first?["Content-Length"] == "0")
            #expect(subject.requests.first?["Content-Type"] == nil)
        }
    }

    @Test(arguments: ["GET", "DELETE", "OPTIONS", "HEAD"])
    func noBodyIsNotSaidElsewhere(_ method: String) async throws {
        try await TransportSubject.run(.curl, faults: Self.stored) { subject in
            let recorder = Recorder()
            subject.send(method, "/a", nil, recorder)
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(subject.requests.map(\.method) == [method])
            #expect(subject.requests.first?["Content-Length"] == nil)
            #expect(subject.requests.first?["Transfer-Encoding"] == nil)
            // That of an answer to HEAD is not there, whatever its length says.
            #expect(recorder.heads.first?["Content-Length"] == "6")
            #expect(recorder.body == (method == "HEAD" ? [] : Array("stored".utf8)))
        }
    }

    @Test func whatFramesTheBodyIsNotTheCallers() async throws {
        try await TransportSubject.run(.curl, faults: Self.stored) { subject in
            let fields = [
                HeaderField("content-length", "7"), HeaderField("Transfer-Encoding", "chunked"),
                HeaderField("Expect", "100-continue"), HeaderField("X-Other", "1"),
            ]
            let body = PatternBody(size: 2_000_000)
            subject.send("PUT", "/a", headers: fields, body, Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            let request = try #require(subject.requests.first)
            #expect(request.body == body.bytes)
            #expect(request.fields.filter { $0.name.lowercased() == "content-length" }.map(\.value) == ["2000000"])
            #expect(request["Transfer-Encoding"] == nil)
            #expect(request["Expect"] == nil)
            #expect(request["X-Other"] == "1")
        }
    }

    /// For longer than the stall timeout, most of the body lies somewhere on the way.
    @Test func aSlowServerIsNoStall() async throws {
        let faults = Self.stored + [Fault(.always, .slowRequestBody(bytesPerSecond: 400_000))]
        try await TransportSubject.run(.curl, faults: faults) { subject in
            var options = ConnectionOptions()
            options.stallTimeout = .seconds(2)
            let (body, start) = (PatternBody(size: 1_600_000), subject.clock.now())
            subject.send("PUT", "/a", options: options, body, Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(subject.clock.now() - start > .seconds(3))
            #expect(subject.requests.map(\.body) == [body.bytes])
        }
    }

    /// The second request meets a connection that ends as its head arrives.
    @Test(arguments: [1, 100_000, 9_000_000] as [Int64], [Fault.Action.reset(after: -1), .close(after: -1)])
    func aBodyIsSentAgainWhereAKeptConnectionIsDead(_ size: Int64, _ end: Fault.Action) async throws {
        let ending = Fault.Match.all([.path("/b"), .requestOfPath(1)])
        let faults = Self.stored + [Fault(ending, .earlyAnswer(after: 0)), Fault(ending, end)]
        for _ in 0..<20 {
            try await TransportSubject.run(.curl, faults: faults) { subject in
                subject.send("PUT", "/a", PatternBody(size: 10), Recorder())
                #expect(subject.ends().map(\.outcome) == [.completed])
                let body = PatternBody(size: size)
                subject.send("PUT", "/b", body, Recorder())
                #expect(subject.ends().map(\.outcome) == [.completed])
                #expect(subject.requests.map(\.connection) == [1, 1, 2])
                #expect(subject.requests.last?.body == body.bytes)
            }
        }
    }

    @Test func aPausedBodyIsAskedAgainWhereAKeptConnectionIsDead() async throws {
        let ending = Fault.Match.all([.path("/b"), .requestOfPath(1)])
        let faults = Self.stored + [Fault(ending, .earlyAnswer(after: 1000)), Fault(ending, .reset(after: -1))]
        try await TransportSubject.run(.curl, faults: faults) { subject in
            subject.send("PUT", "/a", PatternBody(size: 10), Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            let body = PatternBody(size: 5000)
            body.pieceSize = 1000
            body.decide = { [unowned body] offset in
                offset == 1000 && body.offsets.filter { $0 == 1000 }.count == 1 ? .pause : nil
            }
            subject.send("PUT", "/b", body, Recorder())
            #expect(subject.ends().map(\.outcome) == [.completed])
            #expect(body.offsets.filter { $0 == 0 }.count == 2)
            #expect(subject.requests.last?.body == body.bytes)
        }
    }

    /// A fresh one that ends is no mistake about a kept one.
    @Test func aBodyIsNotSentAgainOnAFreshConnection() async throws {
        let faults = [Fault(.always, .earlyAnswer(after: 100_000)), Fault(.always, .reset(after: -1))]
        try await TransportSubject.run(.curl, faults: faults) { subject in
            subject.send("PUT", "/a", PatternBody(size: 9_000_000), Recorder())
            #expect(subject.ends().map(\.code) == [.connectionLost])
            #expect(subject.requests.count == 1)
        }
    }

    /// Closing with bytes unread resets as well. Linux keeps what came before a reset, and libcurl reads before it
    /// writes; only a reset in the moment between the two loses the answer.
    @Test(arguments: [Fault.Action.reset(after: 2), .close(after: 2)])
    func anAnswerWithAResetBehindItArrives(_ end: Fault.Action) async throws {
        let faults = [
            Fault(.always, .status(413, body: "no")), Fault(.always, .earlyAnswer(after: 100_000)), Fault(.always, end),
        ]
        try await TransportSubject.run(.curl, faults: faults) { subject in
            var arrived = 0
            for _ in 0..<50 {
                let recorder = Recorder()
                subject.send("PUT", "/a", PatternBody(size: 9_000_000), recorder)
                let end = try #require(subject.ends().first)
                if end.outcome == .completed {
                    arrived += 1
                    #expect(recorder.heads.map(\.status) == [413])
                    #expect(recorder.body == Array("no".utf8))
                } else {
                    #expect(end.code == .connectionLost)
                }
            }
            #expect(arrived > 25)
        }
    }

    @Test(arguments: [false, true])
    func nginxRefusesABodyThatIsTooLarge(_ isSecure: Bool) async throws {
        try await onOwnThread {
            let folder = try TemporaryFolder()
            let server = try NginxServer(root: folder.path, options: .init(tls: isSecure))
            defer { server.stop() }
            var options = ConnectionOptions()
            options.acceptsAnyCertificate = true
            let transport = try CurlTransport(clock: RealClock())
            let recorder = Recorder()
            let address = "\(isSecure ? "https" : "http")://127.0.0.1:\(server.port)/a"
            let request = HTTPRequest(method: "PUT", url: address, headers: [])
            transport.start(
                RequestID(1), request, body: PatternBody(size: 80_000_000), options: options, receiver: recorder)
            #expect(transport.ends(clock: RealClock()).map(\.outcome) == [.completed])
            #expect(recorder.heads.map(\.status) == [413])
            #expect(!recorder.body.isEmpty)
        }
    }

    @Test(arguments: [
        (CURLE_SEND_ERROR, "connection lost to files.test"),
        (CURLE_SEND_FAIL_REWIND, "connection lost to files.test with half of the request sent"),
        (CURLE_READ_ERROR, "the request to files.test was broken off (why)"),
        (CURLE_ABORTED_BY_CALLBACK, "the request to files.test was broken off (why)"),
    ])
    func failuresOfSendingHaveASentence(_ code: CURLcode, _ sentence: String) {
        let error = CurlFailure.error(code, detail: "why", address: "http://me:secret@files.test/a")
        #expect(error.code == .connectionLost)
        #expect("\(error.detail)" == sentence)
    }
}
