import TestSupport
import Testing

@testable import UploadServer

@Suite(.timeLimit(.minutes(5)))
struct StopTests {
    @Test func runningRequestsFinishAndNewOnesAreRefused() async throws {
        try await serving { server in
            let idle = try await onOwnThread {
                let connection = try RawConnection(port: server.port)
                #expect(try connection.exchange("GET", "/hello").status == 200)
                return connection
            }
            let other = try await onOwnThread {
                let connection = try RawConnection(port: server.port)
                #expect(try connection.exchange("GET", "/hello").status == 200)
                return connection
            }
            async let running = onOwnThread {
                try RawConnection(port: server.port).exchange("GET", "/wait", toTheEnd: true)
            }
            try await eventually("the request is running") { server.routes.events == ["waits"] }
            server.server.stop()
            server.server.stop()
            try await eventually("nobody listens") {
                await (try? onOwnThread { try RawConnection(port: server.port) }) == nil
            }
            let refused = try await onOwnThread { try idle.exchange("GET", "/hello", toTheEnd: true) }
            #expect(refused.status == 503)
            #expect(refused["Retry-After"] == "5")
            #expect(refused["Connection"] == "close")
            #expect(refused.ending == .closed)
            #expect(String(decoding: refused.body, as: UTF8.self).contains("urn:carryon:problem:stopping"))
            let health = try await onOwnThread { try other.exchange("GET", "/health", toTheEnd: true) }
            #expect(health.status == 503)
            #expect(String(decoding: health.body, as: UTF8.self) == #"{"status":"stopping"}"#)
            #expect(server.routes.events == ["waits"])

            server.routes.gate.open()
            let answer = try await running
            #expect(answer.status == 200)
            #expect(String(decoding: answer.body, as: UTF8.self) == "waited")
            #expect(answer["Connection"] == "close")
            try await eventually("closed") { server.routes.events == ["waits", "run ended", "closed"] }
        }
    }

    @Test func idleConnectionsDoNotHoldAStopUp() async throws {
        try await serving { server in
            let idle = try await onOwnThread {
                let connection = try RawConnection(port: server.port)
                #expect(try connection.exchange("GET", "/hello").status == 200)
                return connection
            }
            server.server.stop()
            try await eventually("closed") { server.routes.events == ["run ended", "closed"] }
            withExtendedLifetime(idle) {}
            // Nothing went wrong, so nothing is said.
            #expect(server.log.all.filter { $0.level >= .warning }.map(\.message) == [])
        }
    }

    @Test func whatDoesNotFinishIsCutOff() async throws {
        var configuration = ServerConfiguration.loopback()
        configuration.stopTime = .milliseconds(200)
        try await serving(configuration) { server in
            async let running = onOwnThread {
                try RawConnection(port: server.port).exchange("GET", "/wait", toTheEnd: true)
            }
            try await eventually("the request is running") { server.routes.events == ["waits"] }
            server.server.stop()
            let answer = try await running
            #expect(answer.status == 0)
            try await eventually("closed") { server.routes.events == ["waits", "run ended", "closed"] }
        }
    }

    @Test func cancellationCutsOffAndStillCloses() async throws {
        let routes = StandInRoutes()
        let (addresses, announce) = AsyncStream<ListenAddress>.makeStream()
        let server = try ChunkServer(
            .loopback(), routes: routes, logger: RecordedLog().logger, onListening: { announce.yield($0) })
        let task = Task { try await server.run() }
        var iterator = addresses.makeAsyncIterator()
        let port = UInt16(try #require(await iterator.next()).port)
        async let running = onOwnThread { try RawConnection(port: port).exchange("GET", "/wait", toTheEnd: true) }
        try await eventually("the request is running") { routes.events == ["waits"] }
        task.cancel()
        try await task.value
        #expect(try await running.ending != .timedOut)
        #expect(routes.events == ["waits", "run ended", "closed"])
    }

    @Test(arguments: [true, false])
    func connectionsThatComeWhileItStopsDoNoHarm(isPolite: Bool) async throws {
        for _ in 0..<3 {
            try await serving { server in
                // Ends when nobody listens.
                let attempts = Task {
                    try await onOwnThread {
                        while let connection = try? RawConnection(port: server.port) {
                            try? connection.send(Array("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
                        }
                    }
                }
                try await eventually("requests come") { !server.log.lines("request").isEmpty }
                // Otherwise the server is cut off when this returns.
                guard isPolite else { return }
                server.server.stop()
                try await attempts.value
            }
        }
    }

    @Test(arguments: 0..<20)
    func aStopBeforeTheStartIsHeeded(_: Int) async throws {
        let routes = StandInRoutes()
        let server = try ChunkServer(.loopback(), routes: routes, logger: RecordedLog().logger)
        server.stop()
        try await server.run()
        #expect(routes.events == ["run ended", "closed"])
    }

    @Test func anAddressThatIsTakenIsNamed() async throws {
        try await serving { first in
            let routes = StandInRoutes()
            var configuration = ServerConfiguration.loopback()
            configuration.address = .loopback(port: Int(first.port))
            let second = try ChunkServer(configuration, routes: routes, logger: RecordedLog().logger)
            let error = await #expect(throws: ServerSetupError.self) { try await second.run() }
            let sentence = try #require(error).description
            #expect(sentence == "cannot listen on 127.0.0.1:\(first.port): Address already in use")
            #expect(routes.events == ["run ended", "closed"])
        }
    }
}
