import Synchronization
import TestSupport
import Testing
import TransferCore

@testable import CurlTransport

@Suite struct CurlClientTests {
    private static let files = [ServedFile("/a", seed: 7, size: 1000)]

    @Test func anAnswerComesWhole() async throws {
        try await withServer { server, client in
            let answer = try await client.send(get(server.url("/a")), body: [], limit: 1000)
            #expect(answer.head.status == 200)
            #expect(answer.head["Content-Length"] == "1000")
            #expect(answer.body == PatternFile(seed: 7, size: 1000).bytes)
            let head = try await client.send(
                HTTPRequest(method: "HEAD", url: server.url("/a"), headers: []), body: [], limit: 0)
            #expect(head.head["Content-Length"] == "1000")
            #expect(head.body.isEmpty)
        }
    }

    @Test func aBodyGoesOutWithItsLength() async throws {
        try await withServer { server, client in
            for body in [Array("<Complete/>".utf8), []] {
                let request = HTTPRequest(
                    method: "POST", url: server.url("/a"), headers: [HeaderField("Content-Type", "application/xml")])
                _ = try await client.send(request, body: body, limit: 1000)
                let seen = try #require(server.requests.last)
                #expect(seen.method == "POST")
                #expect(seen["Content-Type"] == "application/xml")
                #expect(seen["Content-Length"] == "\(body.count)")
                #expect(seen.body == body)
            }
        }
    }

    @Test(arguments: [0, 999])
    func aBodyThatIsTooLongIsAnError(limit: Int) async throws {
        try await withServer { server, client in
            await #expect(throws: TransferError(.badResponse, "the server's answer is longer than \(limit) bytes")) {
                try await client.send(get(server.url("/a")), body: [], limit: limit)
            }
        }
    }

    @Test func noAnswerIsAnError() async throws {
        try await withServer([Fault(.always, .reset(after: -1))]) { server, client in
            let error = await #expect(throws: TransferError.self) {
                try await client.send(get(server.url("/a")), body: [], limit: 1000)
            }
            #expect(error?.code == .connectionLost)
        }
    }

    @Test func redirectsAndErrorsAreAnswersLikeOthers() async throws {
        let faults = [
            Fault(.request(1), .redirect(307, to: "/b")), Fault(.request(2), .status(503, body: "<Error/>")),
        ]
        try await withServer(faults) { server, client in
            let redirect = try await client.send(get(server.url("/a")), body: [], limit: 1000)
            #expect(redirect.head.status == 307)
            #expect(redirect.head["Location"]?.hasSuffix("/b") == true)
            let busy = try await client.send(get(server.url("/a")), body: [], limit: 1000)
            #expect(busy.head.status == 503)
            #expect(busy.body == Array("<Error/>".utf8))
            #expect(server.requests.map(\.target) == ["/a", "/a"])
        }
    }

    @Test func requestsRunAtTheSameTime() async throws {
        // The first one gets no answer before the others have theirs.
        try await withServer([Fault(.request(1), .stall(after: -1))]) { server, client in
            let first = Task { try await client.send(get(server.url("/a")), body: [], limit: 1000) }
            try await eventually("the first request has arrived") { server.requests.count == 1 }
            for _ in 0..<3 {
                #expect(try await client.send(get(server.url("/a")), body: [], limit: 1000).head.status == 200)
            }
            first.cancel()
            let result = await first.result
            #expect(throws: TransferError(.connectionLost, "the request was cancelled")) { try result.get() }
            #expect(Set(server.requests.map(\.connection)).count == 2)
        }
    }

    @Test func anAnswerThatTakesTooLongIsAnError() async throws {
        try await withServer([Fault(.request(1), .stall(after: -1))]) { server, client async throws in
            await #expect(throws: TransferError(.timedOut, "there was no whole answer in time")) {
                try await client.send(
                    get(server.url("/a")), body: [], limit: 1000, options: RequestOptions(timeout: .milliseconds(100)))
            }
            #expect(try await client.send(get(server.url("/a")), body: [], limit: 1000).head.status == 200)
        }
    }

    @Test func aFreshConnectionIsFresh() async throws {
        try await withServer { server, client in
            for isFresh in [false, false, true] {
                let options = RequestOptions(needsFreshConnection: isFresh)
                _ = try await client.send(get(server.url("/a")), body: [], limit: 1000, options: options)
            }
            let connections = server.requests.map(\.connection)
            #expect(connections[0] == connections[1])
            #expect(connections[1] != connections[2])
        }
    }

    @Test func moreRequestsThanThatWaitInALine() async throws {
        try await withServer([Fault(.always, .stall(after: -1))]) { server, client in
            let send = { (options: RequestOptions) in
                Task { try await client.send(get(server.url("/a")), body: [], limit: 1000, options: options) }
            }
            let running = (0..<ClientLoop.mostAtATime).map { _ in send(RequestOptions()) }
            try await eventually("all of them have arrived") { server.requests.count == running.count }
            let hasty = send(RequestOptions(timeout: .milliseconds(100)))
            let hastyResult = await hasty.result
            #expect(throws: TransferError(.timedOut, "there was no whole answer in time")) { try hastyResult.get() }
            let cancelled = send(RequestOptions())
            cancelled.cancel()
            let result = await cancelled.result
            #expect(throws: TransferError(.connectionLost, "the request was cancelled")) { try result.get() }
            let next = send(RequestOptions())
            #expect(server.requests.count == running.count)
            running[0].cancel()
            try await eventually("the next one has its turn") { server.requests.count == running.count + 1 }
            for task in running + [next] { task.cancel() }
            for task in running + [next] { _ = await task.result }
        }
    }

    @Test func aTaskThatIsCancelledAlreadyGetsNoAnswer() async throws {
        try await withServer([Fault(.always, .stall(after: -1))]) { server, client in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await client.send(get(server.url("/a")), body: [], limit: 1000)
            }
            let result = await task.result
            #expect(throws: TransferError(.connectionLost, "the request was cancelled")) { try result.get() }
        }
    }

    @Test func theThreadEndsWithTheClient() async throws {
        let loop = Witness()
        try await withServer { server, client in
            loop.watch(client.loop)
            _ = try await client.send(get(server.url("/a")), body: [], limit: 1000)
        }
        try await eventually("the thread has ended") { loop.isGone }
    }

    private func get(_ url: String) -> HTTPRequest { HTTPRequest(method: "GET", url: url, headers: []) }

    private func withServer(
        _ faults: [Fault] = [], _ body: (FaultyServer, CurlClient) async throws -> Void
    ) async throws {
        let server = FaultyServer(Self.files, faults: faults)
        try server.start()
        do {
            // Nothing here takes long but on a busy machine.
            var options = ConnectionOptions()
            options.stallTimeout = .seconds(600)
            try await body(server, CurlClient(clock: RealClock(), options: options))
        } catch {
            try await onOwnThread { server.stop() }
            throw error
        }
        try await onOwnThread { server.stop() }
    }
}

/// Whether something still exists.
private final class Witness {
    private weak var object: AnyObject?

    func watch(_ object: AnyObject) { self.object = object }

    var isGone: Bool { object == nil }
}
