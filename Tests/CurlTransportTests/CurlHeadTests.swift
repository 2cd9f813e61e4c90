import TestSupport
import Testing
import TransferCore

@testable import CurlTransport

/// Heads as they come over the wire.
@Suite struct CurlHeadTests {
    private struct Outcome: Sendable {
        var end: TransportEnd
        var heads: [ResponseHead]
        var body: [UInt8]
    }

    private func fetch(_ answer: [UInt8]) async throws -> Outcome {
        try await onOwnThread {
            let server = try RawServer(answer)
            let transport = try CurlTransport(clock: RealClock())
            let recorder = Recorder()
            let request = HTTPRequest(method: "GET", url: "http://127.0.0.1:\(server.port)/a", headers: [])
            transport.start(RequestID(1), request, body: nil, options: ConnectionOptions(), receiver: recorder)
            let end = try #require(transport.ends(clock: RealClock()).first)
            return Outcome(end: end, heads: recorder.heads, body: recorder.body)
        }
    }

    private func fetch(_ answer: String) async throws -> Outcome {
        try await fetch(Array(answer.utf8))
    }

    /// In an object store a path is a key, and `a/../b` is not `b`.
    @Test(arguments: ["/a/../b", "/a/./b", "/../x", "//a//b/", "/a/%2E%2E/b?c=/../d"])
    func thePathIsSentAsItIs(path: String) async throws {
        let lines = try await onOwnThread {
            let server = try RawServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            let transport = try CurlTransport(clock: RealClock())
            let request = HTTPRequest(method: "GET", url: "http://127.0.0.1:\(server.port)\(path)", headers: [])
            transport.start(RequestID(1), request, body: nil, options: ConnectionOptions(), receiver: Recorder())
            #expect(transport.ends(clock: RealClock()).first?.outcome == .completed)
            return server.requestLines
        }
        #expect(lines == ["GET \(path) HTTP/1.1"])
    }

    @Test func informationalAnswersAndTrailersAreDropped() async throws {
        let result = try await fetch(
            "HTTP/1.1 103 Early Hints\r\nLink: </style>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n"
                + "3\r\nabc\r\n0\r\nX-T: 2\r\n\r\n")
        #expect(result.end.outcome == .completed)
        #expect(result.heads.map(\.status) == [200])
        #expect(result.heads.first?.fields.map(\.name) == ["X-A", "Transfer-Encoding", "Trailer"])
        #expect(result.body == Array("abc".utf8))
    }

    @Test func fieldsKeepOrderCaseAndRepetition() async throws {
        let result = try await fetch(
            "HTTP/1.1 206 Partial\r\nx-Two:  b \t\r\nX-One:a\r\nX-Two: c: d\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n")
        #expect(
            result.heads.first?.fields == [
                HeaderField("x-Two", "b"), HeaderField("X-One", "a"), HeaderField("X-Two", "c: d"),
                HeaderField("X-Empty", ""), HeaderField("Content-Length", "0"),
            ])
        #expect(result.heads.first?.values(of: "x-two") == ["b", "c: d"])
    }

    @Test func aFoldedLineBelongsToTheFieldBefore() async throws {
        let result = try await fetch(
            "HTTP/1.1 200 OK\r\nX-Long: one\r\n two: three\r\n\tfour\r\nX-Other: x\r\nContent-Length: 0\r\n\r\n")
        #expect(result.heads.first?["X-Long"] == "one two: three four")
        #expect(result.heads.first?["X-Other"] == "x")
        #expect(result.heads.first?.fields.count == 3)
    }

    @Test func valuesAreUTF8OrLatin1() async throws {
        let result = try await fetch(
            Array("HTTP/1.1 200 OK\r\nX-Latin: caf".utf8) + [0xE9] + Array("\r\nX-UTF8: café\r\n\r\n".utf8))
        #expect(result.heads.first?["X-Latin"] == "café")
        #expect(result.heads.first?["X-UTF8"] == "café")
    }

    @Test func linesMayEndWithoutCarriageReturn() async throws {
        let result = try await fetch("HTTP/1.1 200 OK\nX-A: 1\nContent-Length: 2\n\nhi")
        #expect(result.end.outcome == .completed)
        #expect(result.heads.first?["X-A"] == "1")
        #expect(result.body == Array("hi".utf8))
    }

    @Test(arguments: [
        "this is not HTTP\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/7 200\r\n\r\n",
    ])
    func whatIsNotHTTPIsABadAnswer(_ answer: String) async throws {
        let result = try await fetch(answer)
        #expect(result.end.code == .badResponse, "\(result.end.outcome)")
        #expect(result.heads == [])
        #expect(result.body == [])
    }

    @Test func aHeadThatIsTooLongIsCutOff() async throws {
        let files = [ServedFile("/a", seed: 1, size: 10)]
        try await TransportSubject.run(.curl, files, faults: [Fault(.always, .headerFlood(count: 3000))]) { subject in
            let recorder = Recorder()
            subject.start("/a", recorder)
            #expect(subject.ends().map(\.code) == [.badResponse])
            #expect(recorder.calls == 0)
        }
    }

    @Test func informationalAnswersCountAgainstTheLimit() async throws {
        let one = "HTTP/1.1 103 Early Hints\r\nX: \(String(repeating: "x", count: 1000))\r\n\r\n"
        let result = try await fetch(String(repeating: one, count: 200) + "HTTP/1.1 200 OK\r\n\r\n")
        #expect(result.end.code == .badResponse)
        #expect(result.heads == [])
    }
}
