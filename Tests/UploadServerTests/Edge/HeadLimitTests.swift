import TestSupport
import Testing

@testable import UploadServer

@Suite(.timeLimit(.minutes(5)))
struct HeadLimitTests {
    private func answer(to bytes: [UInt8], _ port: UInt16) async throws -> RawResponse {
        try await onOwnThread {
            let connection = try RawConnection(port: port)
            // The server may stop reading before everything is sent.
            try? connection.send(bytes)
            return try connection.readResponse(toTheEnd: true)
        }
    }

    /// Heads of 40,000 bytes: one field, many fields, a long target; complete and not.
    @Test(arguments: [
        "GET /hello HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "x", count: 40_000))",
        "GET /hello HTTP/1.1\r\n\(String(repeating: "X: xxxxxxxxxxxxxxx\r\n", count: 2000))\r\n",
        "GET /\(String(repeating: "x", count: 40_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /\(String(repeating: "x", count: 40_000))",
    ])
    func isRefused(head: String) async throws {
        try await serving { server in
            let answer = try await answer(to: Array(head.utf8), server.port)
            #expect(answer.status == 431)
            #expect(answer["Connection"] == "close")
            #expect(String(decoding: answer.body, as: UTF8.self).contains("head-too-long"))
        }
    }

    @Test func anEndlessOneIsCutOff() async throws {
        try await serving(.loopback { $0.lingerTime = .milliseconds(200) }) { server in
            let refused = try await onOwnThread {
                let connection = try RawConnection(port: server.port)
                try connection.send(Array("GET /hello HTTP/1.1\r\nX: ".utf8))
                let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
                // Gigabytes, if nobody stops it.
                for _ in 0..<50_000 where (try? connection.send(piece)) == nil { return true }
                return false
            }
            #expect(refused)
        }
    }

    @Test func aLongOneWithinTheLimitIsAnswered() async throws {
        try await serving { server in
            let field = ("X-Long", String(repeating: "x", count: 30_000))
            let answer = try await RawConnection.fetch(port: server.port, "GET", "/hello", [field])
            #expect(answer.status == 200)
        }
    }

    @Test(arguments: ["\0\0\0\0\r\n\r\n", "GET / HTTP/1.1\r\nA b\r\n\r\n", "GET  HTTP/9\r\n\r\n"])
    func whatIsNoRequestIsRefused(text: String) async throws {
        try await serving { server in
            let answer = try await answer(to: Array(text.utf8), server.port)
            #expect(answer.status == 400)
            #expect(answer["Connection"] == "close")
        }
    }
}
