import TestSupport
import Testing

@testable import UploadServer

/// What web pages could send to a server without tokens.
@Suite(.timeLimit(.minutes(5)))
struct LocalAccessTests {
    @Test(arguments: [
        "localhost", "LOCALHOST:7270", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:7270", "192.168.1.5:7270",
    ])
    func ownNames(name: String) {
        #expect(LocalAccessMiddleware.isLocal(name))
    }

    @Test(arguments: [
        "", "example.com", "example.com:7270", "localhost.example.com", "127.0.0.1.example.com", "::1", "[::1",
        "localhost:x", "127.1", "[127.0.0.1]", ":7270",
    ])
    func otherNames(name: String) {
        #expect(!LocalAccessMiddleware.isLocal(name))
    }

    private func status(_ server: RunningServer, _ lines: String) async throws -> (Int, String) {
        let answer = try await onOwnThread {
            let connection = try RawConnection(port: server.port)
            try connection.send(Array("GET /hello HTTP/1.1\r\n\(lines)\r\n".utf8))
            return try connection.readResponse()
        }
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }

    @Test func pagesAreRefused() async throws {
        try await serving { server in
            let rebound = try await status(server, "Host: evil.example:\(server.port)\r\n")
            #expect(rebound.0 == 403 && rebound.1.contains("urn:carryon:problem:forbidden-host"))
            let host = "Host: 127.0.0.1:\(server.port)\r\n"
            for origin in ["https://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:\(server.port)"] {
                let page = try await status(server, host + "Origin: \(origin)\r\n")
                #expect(page.0 == 403 && page.1.contains("urn:carryon:problem:forbidden-origin"))
            }
            #expect(try await status(server, host).0 == 200)
            #expect(try await status(server, host + "Origin: http://127.0.0.1:\(server.port)\r\n").0 == 200)
        }
    }

    @Test func aTokenIsEnough() async throws {
        let folder = try TemporaryFolder()
        let token = "alice-token-0123456789"
        try folder.write(Array("alice \(token)\n".utf8), to: "tokens")
        try await serving(.loopback(tokenFile: folder.path("tokens"))) { server in
            let lines = "Host: files.example\r\nOrigin: https://page.example\r\nAuthorization: Bearer \(token)\r\n"
            let answer = try await status(server, lines)
            #expect(answer.0 == 200)
        }
    }
}
