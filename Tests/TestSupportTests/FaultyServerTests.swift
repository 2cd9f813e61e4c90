import TestSupport
import Testing
import TransferCore

@Suite struct FaultyServerRules {
    @Test func wholeFile() async throws {
        let response = try await fetch([], "GET", [])
        #expect(response.statusLine == "HTTP/1.1 200 OK")
        #expect(response.body == all)
        #expect(response["ETag"] == "\"v1\"")
        #expect(response["Accept-Ranges"] == "bytes")
        #expect(response["Last-Modified"] == "Tue, 15 Nov 1994 12:45:26 GMT")
        #expect(response["Content-Length"] == "100000")
        #expect(response["Date"] != nil)
    }

    @Test(arguments: [
        ("bytes=0-0", 0, 1), ("bytes=1000-1999", 1000, 2000), ("bytes=99999-", 99_999, 100_000),
        ("bytes=-10", 99_990, 100_000), ("bytes=99990-200000", 99_990, 100_000), ("bytes=-200000", 0, 100_000),
    ])
    func range(field: String, start: Int, end: Int) async throws {
        let response = try await fetch([], "GET", [("Range", field)])
        #expect(response.status == 206)
        #expect(response["Content-Range"] == "bytes \(start)-\(end - 1)/100000")
        #expect(response.body == Array(all[start..<end]))
    }

    @Test(arguments: ["bytes=0-1,5-6", "items=0-1", "bytes=x-1", "bytes=", "bytes=-"])
    func rangesThatAreIgnored(field: String) async throws {
        #expect(try await fetch([], "GET", [("Range", field)]).status == 200)
    }

    @Test func rangeBeyondTheEnd() async throws {
        let response = try await fetch([], "GET", [("Range", "bytes=100000-")])
        #expect(response.status == 416)
        #expect(response["Content-Range"] == "bytes */100000")
    }

    @Test(arguments: [
        ("If-Match", "\"v1\"", 206), ("If-Match", "\"v0\", \"v1\"", 206), ("If-Match", "*", 206),
        ("If-Match", "\"v2\"", 412), ("If-Match", "W/\"v1\"", 412), ("If-None-Match", "\"v1\"", 304),
        ("If-Unmodified-Since", "Tue, 15 Nov 1994 12:45:26 GMT", 206),
        ("If-Unmodified-Since", "Tue, 15 Nov 1994 12:45:25 GMT", 412),
        ("If-Range", "\"v1\"", 206), ("If-Range", "\"v2\"", 200),
        ("If-Range", "Tue, 15 Nov 1994 12:45:26 GMT", 206), ("If-Range", "Tue, 15 Nov 1994 12:45:25 GMT", 200),
    ])
    func conditions(name: String, value: String, status: Int) async throws {
        #expect(try await fetch([], "GET", [("Range", "bytes=0-9"), (name, value)]).status == status)
    }

    @Test func headHasNoBody() async throws {
        let response = try await fetch([], "HEAD")
        #expect(response.status == 200)
        #expect(response["Content-Length"] == "100000")
        #expect(response.body.isEmpty)
    }

    @Test func connectionsAreKeptAndRequestsRecorded() async throws {
        try await FaultyServer.serving([ServedFile("/f", .pattern(content))]) { server in
            let port = server.port
            try await onOwnThread {
                let connection = try RawConnection(port: port)
                for start in [0, 50_000] {
                    let fields = [("Range", "bytes=\(start)-\(start + 9)"), ("X-Mark", "a: b")]
                    let response = try connection.exchange("GET", "/f?x=1", fields)
                    #expect(response.body == Array(all[start..<(start + 10)]))
                    #expect(response.ending == .complete)
                }
                #expect(try connection.exchange("GET", "/missing").status == 404)
            }
            try await server.waitUntil { $0.requests.count == 3 && $0.requests.allSatisfy(\.isFinished) }
            #expect(server.connections == 1)
            #expect(server.requests.map(\.number) == [1, 2, 3])
            #expect(server.requests.map(\.status) == [206, 206, 404])
            #expect(server.requests.map(\.range) == ["bytes=0-9", "bytes=50000-50009", nil])
            #expect(server.requests[0]["x-mark"] == "a: b")
            #expect(server.bodyBytesSent(path: "/f") == 20)
            #expect(server.requests(path: "/f").count == 2)
        }
    }

    @Test func restartsOnItsPort() async throws {
        let server = FaultyServer([ServedFile("/f", .pattern(content))])
        let reserved = try ReservedPort()
        let port = reserved.port
        try server.start(port: port)
        #expect(server.port == port)
        #expect(try await RawConnection.fetch(port: port, "GET", "/f").status == 200)
        server.stop()
        #expect(throws: SystemFailure.self) { try RawConnection(port: port) }
        try server.start(port: port)
        #expect(try await RawConnection.fetch(port: port, "GET", "/f").status == 200)
        server.stop()
        #expect(server.requests.count == 2)
    }

    @Test func manyAtOnce() async throws {
        try await FaultyServer.serving([ServedFile("/f", .pattern(content))]) { server in
            let port = server.port
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<40 {
                    group.addTask { try await RawConnection.fetch(port: port, "GET", "/f").body == all }
                }
                for try await isRight in group { #expect(isRight) }
            }
            #expect(server.connections == 40)
        }
    }
}

@Suite struct FaultMatching {
    @Test func countsAndLimits() async throws {
        let faults = [
            Fault(.request(2), .status(503)), Fault(.requestOfPath(3), .status(404)),
            Fault(.rangeContains(500), .status(429), limit: 1), Fault(.every(7), .status(500)),
        ]
        try await FaultyServer.serving([ServedFile("/f", .pattern(content))], faults: faults) { server in
            var statuses: [Int] = []
            for number in 1...7 {
                let range = number > 3 ? "bytes=400-600" : "bytes=0-1"
                let response = try await RawConnection.fetch(port: server.port, "GET", "/f", [("Range", range)])
                statuses.append(response.status)
            }
            #expect(statuses == [206, 503, 404, 429, 206, 206, 500])
            server.setFaults([])
            #expect(try await RawConnection.fetch(port: server.port, "GET", "/f").status == 200)
        }
    }

    @Test func chanceIsTheSameInEveryRun() async throws {
        func statuses() async throws -> [Int] {
            let faults = [Fault(.probability(0.5, seed: 1), .status(503))]
            return try await FaultyServer.serving([ServedFile("/f", .pattern(content))], faults: faults) { server in
                for _ in 0..<30 { _ = try await RawConnection.fetch(port: server.port, "HEAD", "/f") }
                return server.requests.map(\.status)
            }
        }
        let first = try await statuses()
        #expect(Set(first) == [200, 503])
        #expect(try await statuses() == first)
    }
}
