import TestSupport
import Testing

@testable import UploadServer

@Suite(.timeLimit(.minutes(5)))
struct AuthenticationTests {
    private let alice = "alice-token-0123456789"
    private let bob = "bobs-token-0123456789"

    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(Array("alice \(alice)\nbob \(bob)\n".utf8), to: "tokens")
        return folder
    }

    @Test func eachTokenActsForItsOwner() async throws {
        let folder = try folder()
        try await serving(.loopback(tokenFile: folder.path("tokens"))) { server in
            let names = try await onOwnThread {
                let connection = try RawConnection(port: server.port)
                return try ["Bearer \(alice)", "bearer \(bob)", "BEARER  \(alice)"].map { value in
                    let answer = try connection.exchange("GET", "/hello", [("Authorization", value)])
                    return String(decoding: answer.body, as: UTF8.self)
                }
            }
            #expect(names == ["hello alice", "hello bob", "hello alice"])
        }
    }

    @Test(arguments: ["", "Bearer", "Bearer wrong-token-0123456789", "Basic alice-token-0123456789", "alice"])
    func everythingElseIsRefused(value: String) async throws {
        let folder = try folder()
        try await serving(.loopback(tokenFile: folder.path("tokens"))) { server in
            let fields = value.isEmpty ? [] : [("Authorization", value)]
            for target in ["/hello", "/no-such-route", "/health/../hello", "/hello?access_token=\(alice)"] {
                let answer = try await RawConnection.fetch(port: server.port, "GET", target, fields)
                #expect(answer.status == 401)
                #expect(answer["WWW-Authenticate"] == "Bearer")
                #expect(answer["Content-Type"] == "application/problem+json")
                #expect(String(decoding: answer.body, as: UTF8.self).contains("urn:carryon:problem:unauthorized"))
            }
        }
    }

    @Test func nothingOfABodyIsReadBeforeTheToken() async throws {
        let folder = try folder()
        try await serving(.loopback(tokenFile: folder.path("tokens"))) { server in
            let answer = try await onOwnThread {
                let connection = try RawConnection(port: server.port)
                try connection.send(
                    Array("PUT /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n".utf8))
                return try connection.readResponse(toTheEnd: true)
            }
            #expect(answer.status == 401)
            #expect(answer["Connection"] == "close")
            #expect(answer.ending == .closed)
        }
    }

    @Test func healthNeedsNoToken() async throws {
        let folder = try folder()
        try await serving(.loopback(tokenFile: folder.path("tokens"))) { server in
            let answer = try await RawConnection.fetch(port: server.port, "GET", "/health")
            #expect(answer.status == 200)
            #expect(String(decoding: answer.body, as: UTF8.self) == #"{"status":"ok"}"#)
            #expect(try await RawConnection.fetch(port: server.port, "HEAD", "/health").status == 200)
            #expect(try await RawConnection.fetch(port: server.port, "PUT", "/health").status == 401)
        }
    }

    @Test func withoutTokensEverybodyIsNobody() async throws {
        try await serving { server in
            let answer = try await RawConnection.fetch(port: server.port, "GET", "/hello")
            #expect(String(decoding: answer.body, as: UTF8.self) == "hello ")
        }
    }

    @Test func tokensAreReplacedWithoutARestart() async throws {
        let folder = try folder()
        try await serving(.loopback(tokenFile: folder.path("tokens"))) { server in
            let fields = [("Authorization", "Bearer \(alice)")]
            #expect(try await RawConnection.fetch(port: server.port, "GET", "/hello", fields).status == 200)
            try folder.write(Array("bob \(bob)\n".utf8), to: "tokens")
            try await eventually("the old token is refused") {
                try await RawConnection.fetch(port: server.port, "GET", "/hello", fields).status == 401
            }
        }
    }

    @Test(arguments: ["0.0.0.0:0", ":0", "[::]:0"])
    func anOpenAddressNeedsTokens(text: String) throws {
        let configuration = ServerConfiguration(address: try ListenAddress(text))
        let error = #expect(throws: ServerSetupError.self) {
            try ChunkServer(configuration, routes: StandInRoutes(), logger: RecordedLog().logger)
        }
        let sentence = try #require(error).description
        #expect(sentence.contains("give a token file, or listen on 127.0.0.1"))
    }

    @Test func withTokensAnyAddressWillDo() async throws {
        let folder = try folder()
        var configuration = ServerConfiguration.loopback(tokenFile: folder.path("tokens"))
        configuration.address = try ListenAddress(":0")
        try await serving(configuration) { server in
            let answer = try await RawConnection.fetch(port: server.port, "GET", "/health")
            #expect(answer.status == 200)
        }
    }
}
