import HTTPTypes
import Logging
import TestSupport
import Testing

@testable import UploadServer

@Suite(.timeLimit(.minutes(5)))
struct AccessLogTests {
    @Test func aRequestIsOneLine() async throws {
        let folder = try TemporaryFolder()
        let token = "alice-token-0123456789"
        try folder.write(Array("alice \(token)\n".utf8), to: "tokens")
        try await serving(.loopback(tokenFile: folder.path("tokens"))) { server in
            try await onOwnThread {
                let connection = try RawConnection(port: server.port)
                let head = "PUT /count?secret=1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n"
                try connection.send(Array("\(head)Content-Length: 5\r\n\r\n12345".utf8))
                #expect(try connection.readResponse().status == 200)
                #expect(try connection.exchange("GET", "/a%1b%5b%20b?c").status == 401)
                let fields = [("Authorization", "Bearer \(token)")]
                #expect(try connection.exchange("GET", "/fail", fields).status == 500)
                #expect(try connection.exchange("HEAD", "/nothing", fields).status == 404)
            }
            try await eventually("logged") { server.log.lines("request").count == 4 }
            let lines = server.log.lines("request")
            #expect(lines.map { $0.metadata["method"] } == ["PUT", "GET", "GET", "HEAD"])
            #expect(lines.map { $0.metadata["status"] } == ["200", "401", "500", "404"])
            #expect(lines.map { $0.metadata["owner"] } == ["alice", nil, "alice", "alice"])
            #expect(lines.map { $0.level } == [.info, .info, .warning, .info])
            let first = try #require(lines.first)
            #expect(first.metadata["path"] == "/count")
            #expect(first.metadata["in"] == "5")
            #expect(first.metadata["out"] == "1")
            #expect(first.metadata["ms"].flatMap { Int($0) } != nil)
            #expect(first.metadata["remote"]?.hasPrefix("127.0.0.1:") == true)
            #expect(!server.log.all.contains { "\($0)".contains(token) || "\($0)".contains("secret") })
        }
    }

    @Test func nothingThatATerminalActsUponIsLogged() throws {
        let log = RecordedLog()
        let head = HTTPRequest(
            method: try #require(HTTPRequest.Method("GET")), scheme: nil, authority: nil,
            path: "/a\u{1b}[2J\u{202e}\u{9b}\n?secret=1")
        let exchange = Exchange(head, began: .zero)
        AccessLog(log.logger).record(exchange, owner: Owner(name: "alice"), remote: "[::1]:1", now: .zero)
        let line = try #require(log.all.first)
        let values = line.metadata.values.joined()
        #expect(values.contains("/a"))
        #expect(!values.contains("secret"))
        #expect(values.unicodeScalars.allSatisfy { (0x20..<0x7F).contains($0.value) })
    }

    @Test func aRequestWithoutAnAnswerIsALineAsWell() async throws {
        try await serving { server in
            do {
                let connection = try RawConnection(port: server.port)
                try connection.send(Array("PUT /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n12".utf8))
                try connection.send(Array("3".utf8))
            }
            try await eventually("logged") {
                !(server.log.lines("request") + server.log.lines("request cut off")).isEmpty
            }
            // A client that leaves is nobody's error.
            #expect(!server.log.all.contains { $0.level >= .warning })
        }
    }
}
