import TestSupport
import Testing

@testable import UploadServer

/// Clients that would like to keep the server waiting. In each test the one limit that it is about is short.
@Suite(.timeLimit(.minutes(5)))
struct SlowClientTests {
    /// Sends byte after byte until the server has had enough, and returns its answer.
    private func trickle(_ port: UInt16, _ start: String, _ byte: Character) async throws -> RawResponse {
        try await onOwnThread {
            let connection = try RawConnection(port: port)
            try connection.send(Array(start.utf8))
            let sender = Trickle(connection, byte)
            defer { sender.stop() }
            return try connection.readResponse(toTheEnd: true)
        }
    }

    @Test func aHeadByteByByteIsCutOff() async throws {
        try await serving(.loopback { $0.headTime = .milliseconds(300) }) { server in
            let answer = try await trickle(server.port, "GET /hello HTTP/1.1\r\nX: ", "x")
            #expect(answer.status == 408)
            #expect(answer["Connection"] == "close")
            #expect(String(decoding: answer.body, as: UTF8.self).contains("too-slow"))
        }
    }

    @Test func aBodyByteByByteIsCutOffAndOthersWorkOn() async throws {
        let configuration = ServerConfiguration.loopback { limits in
            limits.bodyGrace = .milliseconds(500)
            // The route answers in time, however busy this machine is.
            limits.lingerTime = .seconds(30)
        }
        try await serving(configuration) { server in
            async let slow = trickle(
                server.port, "PUT /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n", "x")
            let others = try await onOwnThread {
                let connection = try RawConnection(port: server.port)
                return try (0..<50).map { _ in try connection.exchange("GET", "/hello").status }
            }
            #expect(others.allSatisfy { $0 == 200 })
            let answer = try await slow
            #expect(answer.status == 408)
            #expect(answer["Connection"] == "close")
            #expect(String(decoding: answer.body, as: UTF8.self).contains("too-slow"))
            #expect(server.log.lines("connection cut off").map { $0.metadata["reason"] } == ["slowBody"])
        }
    }

    @Test(arguments: ["", "PUT /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n", "GET /he"])
    func silenceIsCutOff(start: String) async throws {
        let configuration = ServerConfiguration.loopback { limits in
            if start.isEmpty { limits.idleTime = .milliseconds(300) }
            limits.headTime = .milliseconds(300)
            limits.bodySilence = .milliseconds(300)
            limits.lingerTime = .seconds(30)
        }
        try await serving(configuration) { server in
            let answer = try await onOwnThread {
                let connection = try RawConnection(port: server.port)
                try connection.send(Array(start.utf8))
                return try connection.readResponse(toTheEnd: true)
            }
            #expect(answer.status == (start.isEmpty ? 0 : 408))
            #expect(answer.ending == .closed)
        }
    }

    @Test func anIdleConnectionIsClosedAfterItsAnswer() async throws {
        try await serving(.loopback { $0.idleTime = .seconds(2) }) { server in
            let answer = try await onOwnThread {
                try RawConnection(port: server.port).exchange("GET", "/hello", toTheEnd: true)
            }
            #expect(answer.status == 200)
            #expect(answer["Connection"] == nil)
            #expect(answer.ending == .closed)
        }
    }

    @Test func anAnswerThatNobodyReadsIsCutOff() async throws {
        try await serving(.loopback { $0.unreadTime = .milliseconds(300) }) { server in
            let connection = try RawConnection(port: server.port)
            try connection.send(Array("GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
            try await eventually("cut off") {
                server.log.lines("connection cut off").map { $0.metadata["reason"] } == ["unread"]
            }
            try await eventually("let go") { server.log.lines("request cut off").count == 1 }
            withExtendedLifetime(connection) {}
        }
    }

    @Test func aClientThatWaitsToBeAskedBlamesNobody() async throws {
        let configuration = ServerConfiguration.loopback { limits in
            limits.bodySilence = .seconds(2)
            limits.bodyGrace = .seconds(2)
        }
        try await serving(configuration) { server in
            let head =
                "PUT /count-late HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
            async let statuses = onOwnThread {
                let connection = try RawConnection(port: server.port)
                try connection.send(Array(head.utf8))
                let first = try connection.readResponse(hasBody: false)
                try connection.send(Array("12345".utf8))
                return [first.status, try connection.readResponse().status]
            }
            // Longer than the limits: what must not happen has time to happen.
            try await Task.sleep(for: .seconds(3))
            server.routes.gate.open()
            #expect(try await statuses == [100, 200])
        }
    }

    @Test func aRouteThatWaitsForSomethingElseLearnsOfASlowBody() async throws {
        let configuration = ServerConfiguration.loopback { limits in
            limits.bodySilence = .milliseconds(300)
            limits.lingerTime = .seconds(30)
        }
        try await serving(configuration) { server in
            let answer = try await onOwnThread {
                let connection = try RawConnection(port: server.port)
                try connection.send(Array("PUT /listen HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1".utf8))
                return try connection.readResponse(toTheEnd: true)
            }
            #expect(String(decoding: answer.body, as: UTF8.self) == "too slow")
        }
    }

    @Test func aServerThatDoesNotReadBlamesNobody() async throws {
        let configuration = ServerConfiguration.loopback { limits in
            limits.bodySilence = .seconds(2)
            limits.bodyGrace = .seconds(2)
        }
        try await serving(configuration) { server in
            async let answer = onOwnThread {
                let connection = try RawConnection(port: server.port)
                let count = 16 << 20
                try connection.send(
                    Array("PUT /count-late HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(count)\r\n\r\n".utf8))
                try connection.send([UInt8](repeating: 7, count: count))
                return try connection.readResponse()
            }
            // Longer than the limits: what must not happen has time to happen.
            try await Task.sleep(for: .seconds(3))
            server.routes.gate.open()
            #expect(try await answer.body == Array("\(16 << 20)".utf8))
        }
    }
}

/// Sends the same byte every few milliseconds, on a thread of its own.
private final class Trickle: Sendable {
    private let task: Task<Void, Never>

    init(_ connection: RawConnection, _ byte: Character) {
        task = Task.detached {
            while !Task.isCancelled {
                guard (try? connection.send(Array(String(byte).utf8))) != nil else { return }
                try? await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    func stop() { task.cancel() }
}
