import Testing
import TestSupport

@Suite struct NginxServerTests {
    @Test func servesRangesAndLogs() async throws {
        let folder = try TemporaryFolder()
        let pattern = PatternFile(seed: 1, size: 300_000)
        try folder.write(pattern, to: "file one")
        let server = try await onOwnThread { try NginxServer(root: folder.path) }
        defer { server.stop() }
        #expect(server.url("/x") == "http://127.0.0.1:\(server.port)/x")

        let fields = [("Range", "bytes=1000-1999")]
        let part = try await RawConnection.fetch(port: server.port, "GET", "/file%20one", fields)
        #expect(part.status == 206 && part.body == pattern.bytes(1000..<2000))
        let whole = try await RawConnection.fetch(port: server.port, "GET", "/file%20one")
        #expect(whole.body == pattern.bytes)
        try await eventually("two lines in \(server.errorLog())") { try server.accessLog().count == 2 }
        let log = try server.accessLog()
        #expect(log.map(\.status) == [206, 200])
        #expect(log.map(\.range) == ["bytes=1000-1999", nil])
        #expect(log.map(\.bodyBytesSent) == [1000, 300_000])
        #expect(log.map(\.target) == ["/file%20one", "/file%20one"])
        #expect(try server.totalBytesSent > 301_000)

        server.stop()
        #expect(throws: SystemFailure.self) { try RawConnection(port: server.port) }
    }

    @Test func limitsTheRate() async throws {
        let folder = try TemporaryFolder()
        try folder.write(PatternFile(seed: 1, size: 60_000), to: "f")
        let options = NginxServer.Options(bytesPerSecond: 50_000, sendfileMaxChunk: 4096)
        let server = try await onOwnThread { try NginxServer(root: folder.path, options: options) }
        defer { server.stop() }
        let port = server.port
        let time = try await ContinuousClock().measure { _ = try await RawConnection.fetch(port: port, "GET", "/f") }
        #expect(time > .milliseconds(500))
    }

    @Test func speaksTLS() async throws {
        let folder = try TemporaryFolder()
        let server = try await onOwnThread { try NginxServer(root: folder.path, options: .init(tls: true)) }
        defer { server.stop() }
        #expect(server.url("/") == "https://127.0.0.1:\(server.port)/")
        // Plain HTTP to a TLS port is answered in plain text.
        #expect(try await RawConnection.fetch(port: server.port, "GET", "/").status == 400)
        let certificate = try PatternFile(seed: 0, size: 0).firstDifference(fromFileAt: server.certificatePath)
        #expect(certificate == 0)
    }
}
