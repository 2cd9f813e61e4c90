import TestSupport
import Testing
import TransferCore

@Suite struct FaultyWires {
    private let asked = Array(all[1000..<2000])

    @Test func chunked() async throws {
        let response = try await fetch([.chunked])
        #expect(response["Content-Length"] == nil && response["Transfer-Encoding"] == "chunked")
        #expect(response.body == asked)
    }

    @Test func untilClose() async throws {
        let response = try await fetch([.untilClose])
        #expect(response["Content-Length"] == nil && response["Transfer-Encoding"] == nil)
        #expect(response.body == asked && response.ending == .closed)
    }

    @Test func excess() async throws {
        let long = try await fetch([.bodyTooLong(by: 7)])
        #expect(long["Content-Length"] == "1000" && long.body.count == 1007)
        #expect(try await fetch([.garbageAfterBody("zzz")]).body == asked + Array("zzz".utf8))
    }

    @Test func garbage() async throws {
        #expect(try await fetch([.garbageStatusLine]).statusLine.contains("not HTTP"))
    }

    @Test(arguments: [0, 1, 700, 90_000])
    func cuts(count: Int) async throws {
        let expected = Array(all[..<count])
        let reset = try await fetch([.reset(after: Int64(count))], "GET", [])
        #expect(reset.body == expected && reset.ending == .reset)
        let closed = try await fetch([.close(after: Int64(count))], "GET", [])
        #expect(closed["Content-Length"] == "100000")
        #expect(closed.body == expected && closed.ending == .closed)
        let stalled = try await fetch([.stall(after: Int64(count))], "GET", [], timeout: .seconds(2))
        #expect(stalled.body == expected && stalled.ending == .timedOut)
    }

    @Test func cutsBeforeTheHead() async throws {
        let reset = try await fetch([.reset(after: -1)])
        #expect(reset.status == 0 && reset.ending == .reset)
        let closed = try await fetch([.close(after: -1)])
        #expect(closed.status == 0 && closed.ending == .closed)
    }

    @Test func stallsEndWithTheServer() async throws {
        let server = FaultyServer([ServedFile("/f", .pattern(content))], faults: [Fault(.always, .stall(after: 10))])
        try server.start()
        let port = server.port
        async let response = RawConnection.fetch(port: port, "GET", "/f")
        try await server.waitUntil { $0.bodyBytesSent == 10 }
        server.stop()
        #expect(try await response.body.count == 10)
        #expect(server.requests.allSatisfy { $0.isFinished })
    }

    @Test func stopsWhileNobodyReads() async throws {
        let server = FaultyServer([ServedFile("/f", seed: 1, size: 1 << 30)])
        try server.start()
        let connection = try RawConnection(port: server.port)
        try connection.send(Array("GET /f HTTP/1.1\r\n\r\n".utf8))
        try await server.waitUntil { $0.bodyBytesSent > 0 }
        server.stop()
        #expect(server.bodyBytesSent < 1 << 30)
        withExtendedLifetime(connection) {}
    }

    @Test func rates() async throws {
        let start = ContinuousClock.now
        #expect(try await fetch([.slowBody(bytesPerSecond: 5000)]).body == asked)
        let middle = ContinuousClock.now
        #expect(middle - start >= .milliseconds(195))
        #expect(try await fetch([.status(404), .slowHead(bytesPerSecond: 400)]).status == 404)
        #expect(ContinuousClock.now - middle >= .milliseconds(150))
    }

    @Test func catalogueNamesAreUnique() {
        #expect(Set(Scenario.catalogue.map(\.name)).count == Scenario.catalogue.count)
    }
}
