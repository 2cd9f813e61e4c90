import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

/// Uploads to a server whose every answer is scripted: what is asked of it, and what becomes of answers that no chunk
/// server gives.
@Suite(.timeLimit(.minutes(5))) struct LyingChunkServerTests {
    private static let plan = ChunkPlan(size: 300_000, exactChunkSize: 64 << 10)
    private static let pattern = PatternFile(seed: 71, size: plan.size)

    /// Uploads a file to a chunk server with these faults.
    private func send(
        _ faults: [Fault], options: TransferOptions = EngineBench.quickOptions
    ) async throws -> (result: TransferSnapshot, requests: [RecordedRequest], server: FaultyServer) {
        let server = FaultyServer([], faults: ScriptedUpload.faults(Self.pattern, Self.plan) + faults)
        try server.start()
        defer { server.stop() }
        let bench = try EngineBench.patient()
        try bench.folder.write(Self.pattern, to: "f")
        let address = server.url("/")
        let result = try await onOwnThread { try bench.send("f", to: address, options: options) }
        return (result, server.requests, server)
    }

    @Test func everyRequestIsAsTheProtocolHasIt() async throws {
        var options = EngineBench.quickOptions
        options.connections = 3
        options.headers = [HeaderField("Authorization", "Bearer 0123456789abcdef")]
        let (result, requests, server) = try await send([], options: options)
        #expect(result.state == .completed)
        #expect(server.connections <= 3)
        #expect(requests.allSatisfy { $0["Expect"] == nil })
        #expect(requests.allSatisfy { $0["User-Agent"] == "carryon/test" })
        #expect(requests.allSatisfy { $0["Authorization"] == "Bearer 0123456789abcdef" })
        #expect(requests.first?.method == "POST")
        #expect(requests.first?.path == "/uploads")
        #expect(requests.first?["Idempotency-Key"]?.count == 32)
        #expect(requests.last?.path == "/uploads/u1/complete")
        let chunks = requests.filter { $0.method == "PUT" }
        #expect(chunks.map(\.path).sorted() == (0..<Self.plan.count).map(ScriptedUpload.chunkPath))
        for (index, request) in chunks.sorted(by: { $0.path < $1.path }).enumerated() {
            let range = Self.plan.range(of: index)
            let isRight = request.body == Self.pattern.bytes(range.start..<range.end)
            #expect(isRight, "chunk \(index)")
            #expect(request["Content-Length"] == "\(range.length)")
            #expect(request["Transfer-Encoding"] == nil)
            #expect(request["X-Chunk-Checksum"] == Hex.encode(SHA256.hash(request.body)))
        }
    }

    /// The requests that may get a strange answer.
    private static let paths = ["/uploads", ScriptedUpload.chunkPath(1), "/uploads/u1/complete"]

    @Test(arguments: paths, StrangeAnswer.allCases)
    func aStrangeAnswerCountsForNothingAndIsAskedForAgain(path: String, answer: StrangeAnswer) async throws {
        let (result, requests, _) = try await send(answer.faults.map { Fault(.path(path), $0, limit: 1) })
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(result.retries == 1)
        #expect(requests.filter { $0.path == path }.count == 2 || answer == .cut)
    }

    @Test(arguments: paths, StrangeAnswer.allCases)
    func strangeAnswersForEverEndTheUpload(path: String, answer: StrangeAnswer) async throws {
        let (result, _, _) = try await send(answer.faults.map { Fault(.path(path), $0) })
        #expect(result.state == .paused)
        #expect(result.error?.code == .tooManyAttempts, "\(String(describing: result.error))")
        #expect(result.finishedAt == nil)
    }

    @Test func anotherChecksumThanOursIsNoReceipt() async throws {
        let lie = #"{"checksum":"\#(String(repeating: "0", count: 64))","index":2}"#
        let (result, requests, _) = try await send([
            Fault(.path(ScriptedUpload.chunkPath(2)), .status(200, body: lie))
        ])
        #expect(result.state == .paused)
        #expect(result.error?.code == .tooManyAttempts)
        #expect(result.error?.detail.description.hasPrefix("#2: 6 tries in a row, the last: ") == true)
        #expect(result.error?.detail.description.contains("checksum") == true)
        #expect(!requests.contains { $0.path.hasSuffix("/complete") })
    }

    @Test func aLockedChunkIsTriedAgain() async throws {
        let (result, _, _) = try await send([
            Fault(.path(ScriptedUpload.chunkPath(0)), .status(423), limit: 2)
        ])
        #expect(result.state == .completed)
        #expect(result.retries == 2)
    }

    @Test func tooManyRequestsHoldTheWholeServerBack() async throws {
        let busy = Fault(.request(2), .status(429, [HeaderField("Retry-After", "1")]))
        var options = EngineBench.quickOptions
        options.connections = 1
        let start = ContinuousClock.now
        let (result, requests, _) = try await send([busy], options: options)
        #expect(result.state == .completed)
        #expect(ContinuousClock.now - start >= .seconds(1))
        #expect(requests.count == 1 + 1 + Self.plan.count + 1)
    }

    @Test(arguments: [301, 302, 307, 308])
    func redirectsAreRefused(status: Int) async throws {
        let other = FaultyServer([])
        try other.start()
        defer { other.stop() }
        let elsewhere = other.url("/there/uploads")
        let (result, _, _) = try await send([Fault(.path("/uploads"), .redirect(status, to: elsewhere))])
        #expect(result.state == .failed)
        #expect(result.error?.code == .redirectRefused)
        #expect(
            result.error?.detail.description
                == "the server sends uploads on to \(other.url("/there/")): use that address")
        #expect(other.requests.isEmpty)
    }

    @Test func whatIsNoChunkServerSaysSo() async throws {
        let (result, requests, _) = try await send([Fault(.always, .status(404, body: "<html>not here</html>"))])
        #expect(result.state == .failed)
        #expect(result.error?.code == .notFound)
        #expect(result.error?.detail.description.hasPrefix("there is no chunk server at http://127.0.0.1:") == true)
        #expect(requests.count == 1)
    }

    /// What the server has got of a chunk when the pause comes is the server's to say; it gets nothing twice.
    @Test func noChunkIsSentTwiceAfterAPause() async throws {
        let plan = ChunkPlan(size: 2_000_000, exactChunkSize: 64 << 10)
        let pattern = PatternFile(seed: 72, size: plan.size)
        let slow = Fault(.method("PUT"), .slowRequestBody(bytesPerSecond: 100_000))
        let server = FaultyServer([], faults: ScriptedUpload.faults(pattern, plan) + [slow])
        try server.start()
        defer { server.stop() }
        let bench = try EngineBench.patient()
        try bench.folder.write(pattern, to: "f")
        let address = server.url("/")
        try await onOwnThread {
            let engine = try bench.engine()
            defer { engine.stop() }
            engine.send(.add([try bench.upload("f", to: address)]))
            let begun = try engine.wait("something is safe") { $0.transfers.first?.chunksDone ?? 0 >= 4 }
            engine.send(.pause([begun.transfers[0].id]))
            _ = try engine.wait("it is paused") { $0.isIdle }
            try eventuallyBlocking("the server is done with all") { server.requests.allSatisfy(\.isFinished) }
            let received = Set((0..<plan.count).filter { server.answered(ScriptedUpload.chunkPath($0)) > 0 })
            #expect((4..<plan.count).contains(received.count))
            server.setFaults(ScriptedUpload.faults(pattern, plan, received: received))
            engine.send(.resume([begun.transfers[0].id]))
            let done = try engine.wait("it has ended") { $0.commandsTaken == 3 && $0.isIdle }.transfers[0]
            #expect(done.state == .completed)
        }
        for chunk in 0..<plan.count { #expect(server.answered(ScriptedUpload.chunkPath(chunk)) == 1) }
    }

    @Test func aServerThatDoesNotKnowTheUploadGetsItAnew() async throws {
        let unknown = #"{"type":"urn:carryon:problem:unknown-upload","detail":"there is no such upload"}"#
        let lost = Fault(.path(ScriptedUpload.chunkPath(3)), .status(404, body: unknown), limit: 1)
        let (result, requests, _) = try await send([lost])
        #expect(result.state == .completed)
        #expect(result.explanation?.description.hasSuffix("starting over from 0") == true)
        let keys = requests.filter { $0.path == "/uploads" }.map { $0["Idempotency-Key"] }
        #expect(keys.count == 2)
        #expect(Set(keys).count == 2)
    }

    /// Nothing that was sent is given up because something in between has a bad moment.
    @Test func aNotFoundThatIsNotTheServersIsTriedAgain() async throws {
        let lost = Fault(.path(ScriptedUpload.chunkPath(3)), .status(404, body: "<html>no backend</html>"), limit: 1)
        let (result, requests, _) = try await send([lost])
        #expect(result.state == .completed)
        #expect(result.retries == 1)
        #expect(requests.filter { $0.path == "/uploads" }.count == 1)
    }
}

/// Answers with status 200 that are not a chunk server's.
enum StrangeAnswer: CaseIterable, Sendable {
    case html, huge, cut

    var faults: [Fault.Action] {
        switch self {
        case .html:
            [.status(200, [HeaderField("Content-Type", "text/html")], body: "<html>Welcome to this hotel</html>")]
        case .huge: [.status(200, body: String(repeating: " ", count: 17 << 20)), .closeConnection]
        case .cut: [.close(after: 5)]
        }
    }
}

extension FaultyServer {
    /// How often a request for that path was answered with 200 after all of its body was there.
    fileprivate func answered(_ path: String) -> Int {
        requests(path: path).filter { $0.status == 200 && "\($0.body.count)" == $0["Content-Length"] }.count
    }
}
