import Glibc
import TestSupport
import Testing

@testable import UploadServer

@Suite(.timeLimit(.minutes(5)))
struct ConnectionTests {
    private let get = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"

    @Test func requestsMayComeInOneGo() async throws {
        try await serving { server in
            let answers = try await onOwnThread {
                let connection = try RawConnection(port: server.port)
                let put = "PUT /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n12345"
                let last = "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: CLOSE\r\n\r\n"
                try connection.send(Array((get + put + get + last).utf8))
                return try connection.readResponse(toTheEnd: true)
            }
            // One answer after the other; the reader takes the first head, and the rest for its body.
            let text = answers.statusLine + String(decoding: answers.body, as: UTF8.self)
            let statuses = text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            #expect(statuses == ["200", "200", "200", "404"])
            #expect(answers.ending == .closed)
            try await eventually("logged") { server.log.lines("request").count == 4 }
            #expect(server.log.lines("request").map { $0.metadata["in"] } == ["0", "5", "0", "0"])
        }
    }

    @Test(arguments: [
        ("", 200), ("PUT /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1234", 400), ("GET /x", 400),
    ])
    func aClientMayStopSendingBeforeItsAnswer(request: String, status: Int) async throws {
        try await serving { server in
            let text = try await onOwnThread {
                try HalfClosingClient.exchange(request.isEmpty ? get : request, port: server.port)
            }
            #expect(text.hasPrefix("HTTP/1.1 \(status) "))
            try await eventually("no connection is left") { try socketCount(of: server.port) == 1 }
        }
    }

    @Test func aClientMayStopSendingWhileItsAnswerIsMade() async throws {
        try await serving { server in
            async let text = onOwnThread {
                try HalfClosingClient.exchange("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n", port: server.port)
            }
            try await eventually("the request is there") { server.routes.events == ["waits"] }
            server.routes.gate.open()
            #expect(try await text.hasSuffix("waited"))
        }
    }

    @Test func aSmallUnreadBodyKeepsTheConnectionAndALargeOneEndsIt() async throws {
        try await serving { server in
            let (small, large) = try await onOwnThread {
                let connection = try RawConnection(port: server.port)
                try connection.send(
                    Array("PUT /ignore HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n".utf8))
                let small = try connection.readResponse()
                try connection.send([UInt8](repeating: 0, count: 1000))
                try connection.send(
                    Array("PUT /ignore HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n".utf8))
                return (small, try connection.readResponse(toTheEnd: true))
            }
            #expect(small.status == 200 && small["Connection"] == nil)
            #expect(large.status == 200 && large["Connection"] == "close" && large.ending == .closed)
        }
    }

    @Test func aClientThatSendsAllItsRefusedBodyStillGetsTheAnswer() async throws {
        // On a busy machine sending takes its time.
        try await serving(.loopback { $0.lingerTime = .seconds(60) }) { server in
            let answer = try await onOwnThread {
                let connection = try RawConnection(port: server.port)
                let count = 16 << 20
                try connection.send(
                    Array("PUT /ignore HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(count)\r\n\r\n".utf8))
                try connection.send([UInt8](repeating: 7, count: count))
                return try connection.readResponse()
            }
            #expect(answer.status == 200 && answer["Connection"] == "close" && answer.ending == .complete)
        }
    }

    @Test func aClientThatWaitsWithItsBodyIsToldToSendIt() async throws {
        try await serving { server in
            let head = "HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
            let (go, counted, ignored) = try await onOwnThread {
                let connection = try RawConnection(port: server.port)
                try connection.send(Array("PUT /count \(head)".utf8))
                let go = try connection.readResponse(hasBody: false)
                try connection.send(Array("12345".utf8))
                let counted = try connection.readResponse()
                try connection.send(Array("PUT /ignore \(head)".utf8))
                return (go, counted, try connection.readResponse(toTheEnd: true))
            }
            #expect(go.status == 100)
            #expect(counted.status == 200 && counted.body == [UInt8(ascii: "5")])
            // Whether its body would still come cannot be known.
            #expect(ignored.status == 200 && ignored["Connection"] == "close" && ignored.ending == .closed)
        }
    }

    @Test func connectionsBeyondTheLimitWaitForTheirTurn() async throws {
        let configuration = ServerConfiguration.loopback { $0.connections = 2 }
        try await serving(configuration) { server in
            let third = try await onOwnThread {
                let first = try RawConnection(port: server.port)
                #expect(try first.exchange("GET", "/hello").status == 200)
                let second = try RawConnection(port: server.port)
                #expect(try second.exchange("GET", "/hello").status == 200)
                let third = try RawConnection(port: server.port)
                try third.send(Array("GET /third HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
                for _ in 0..<20 { #expect(try second.exchange("GET", "/hello").status == 200) }
                withExtendedLifetime(first) {}
                return third
            }
            let answer = try await onOwnThread { try third.readResponse() }
            #expect(answer.status == 404)
            try await eventually("logged") { server.log.lines("request").count == 23 }
            #expect(server.log.lines("request").last?.metadata["path"] == "/third")
        }
    }

    @Test func anAnswerThatIsReadIsSentWhole() async throws {
        try await serving { server in
            let answer = try await onOwnThread {
                try RawConnection(port: server.port).exchange("GET", "/big", sink: { _ in })
            }
            #expect(answer.bodyCount == Int64(StandInRoutes.bigSize))
        }
    }

    @Test func manyConnectionsAtOnceAreServed() async throws {
        try await serving { server in
            let statuses = try await onOwnThread {
                let connections = try (0..<200).map { _ in try RawConnection(port: server.port) }
                for connection in connections { try connection.send(Array(get.utf8)) }
                return try connections.map { try $0.readResponse().status }
            }
            #expect(statuses.allSatisfy { $0 == 200 })
        }
    }
}

/// Sends everything, then says that nothing more will come, then reads everything.
private enum HalfClosingClient {
    static func exchange(_ request: String, port: UInt16) throws -> String {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        let result = withUnsafeBytes(of: &address) {
            connect(socket, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
        guard result == 0 else { throw SystemFailure("connect") }
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard send(socket, request, request.utf8.count, Int32(MSG_NOSIGNAL)) == request.utf8.count else {
            throw SystemFailure("send")
        }
        shutdown(socket, Int32(SHUT_WR))
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(socket, &piece, piece.count, 0)
            guard count >= 0 else { throw SystemFailure("recv") }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece[..<count]
        }
    }
}

/// How many sockets of this machine have that local port: the listening one, and the server's ends of connections
/// that are not closed.
private func socketCount(of port: UInt16) throws -> Int {
    let hex = String(port, radix: 16, uppercase: true)
    let suffix = ":" + String(repeating: "0", count: 4 - hex.count) + hex
    guard let file = fopen("/proc/net/tcp", "r") else { throw SystemFailure("open /proc/net/tcp") }
    defer { fclose(file) }
    var count = 0
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, Int32(line.count), file) != nil {
        let fields = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            .split(separator: " ")
        // 06: TIME_WAIT, which the kernel keeps by itself.
        if fields.count > 3, fields[1].hasSuffix(suffix), fields[3] != "06" { count += 1 }
    }
    return count
}
