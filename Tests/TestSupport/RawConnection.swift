import Glibc
import TransferCore

/// An answer as it came over a ``RawConnection``.
public struct RawResponse: Sendable {
    /// The first line, without its end.
    public var statusLine: String
    public var head: ResponseHead
    /// Without the framing of `chunked`, unless the body is incomplete.
    public var body: [UInt8]
    /// How many bytes of body came, also where a sink took them.
    public var bodyCount: Int64
    public var ending: Ending

    public var status: Int { head.status }

    /// The first field of that name.
    public subscript(name: String) -> String? { head[name] }

    public enum Ending: Sendable {
        /// As much came as the head promised.
        case complete
        /// The server closed the connection.
        case closed
        /// The server reset the connection.
        case reset
        /// Nothing came for the time given.
        case timedOut
    }
}

/// A small HTTP client on a plain socket that hides nothing of what it gets. Its calls block; see ``onOwnThread(_:)``.
public final class RawConnection: Sendable {
    private let socket: Int32

    /// Connects to a loopback port. No read waits longer than `timeout`.
    public init(port: UInt16, timeout: Duration = .seconds(60)) throws {
        socket = try Loopback.connect(port: port)
        let (seconds, attoseconds) = timeout.components
        var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socket) }

    /// Sends a request and reads its answer.
    public func exchange(
        _ method: String = "GET", _ target: String, _ fields: [(String, String)] = [], toTheEnd: Bool = false,
        sink: ((UnsafeRawBufferPointer) -> Void)? = nil
    ) throws -> RawResponse {
        let lines = fields.map { "\($0.0): \($0.1)\r\n" }.joined()
        try send(Array("\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(lines)\r\n".utf8))
        return try readResponse(hasBody: method != "HEAD", toTheEnd: toTheEnd, sink: sink)
    }

    /// A request on a connection of its own, made on a thread of its own. `toTheEnd` reads until the server closes.
    public static func fetch(
        port: UInt16, _ method: String = "GET", _ target: String, _ fields: [(String, String)] = [],
        toTheEnd: Bool = false, timeout: Duration = .seconds(60)
    ) async throws -> RawResponse {
        try await onOwnThread {
            try RawConnection(port: port, timeout: timeout)
                .exchange(method, target, fields + [("Connection", "close")], toTheEnd: toTheEnd)
        }
    }

    public func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemFailure("send") }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads one answer; `toTheEnd` reads on until the connection ends, whatever the head says.
    public func readResponse(
        hasBody: Bool = true, toTheEnd: Bool = false, sink: ((UnsafeRawBufferPointer) -> Void)? = nil
    ) throws -> RawResponse {
        var input: [UInt8] = []
        var ending: RawResponse.Ending?
        var headCount: Int?
        while headCount == nil, ending == nil {
            ending = receive { input += $0 }
            headCount = Self.headCount(input)
        }
        let lines = String(decoding: input[..<(headCount ?? input.count)], as: UTF8.self).split(separator: "\r\n")
        var response = RawResponse(
            statusLine: lines.first.map(String.init) ?? "", head: Self.parse(lines), body: [], bodyCount: 0,
            ending: ending ?? .complete)
        guard let headCount, ending == nil else { return response }

        func take(_ bytes: UnsafeRawBufferPointer) {
            response.bodyCount += Int64(bytes.count)
            if let sink { sink(bytes) } else { response.body += bytes }
        }
        input[headCount...].withUnsafeBytes(take)
        let isChunked = response["Transfer-Encoding"]?.lowercased() == "chunked"
        let promised = response["Content-Length"].flatMap { Int64($0) }
        while !toTheEnd || ending == nil {
            if !toTheEnd {
                if !hasBody || response.status == 304 || response.status == 204 { break }
                if isChunked, response.body.suffix(5).elementsEqual(Array("0\r\n\r\n".utf8)) { break }
                if let promised, response.bodyCount >= promised { break }
            }
            ending = receive(take)
            if ending != nil { break }
        }
        response.ending = ending ?? .complete
        if isChunked, let decoded = Self.dechunked(response.body) { response.body = decoded }
        return response
    }

    private func receive(_ body: (UnsafeRawBufferPointer) -> Void) -> RawResponse.Ending? {
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 8) { buffer in
            var count: Int
            repeat { count = recv(socket, buffer.baseAddress, buffer.count, 0) } while count < 0 && errno == EINTR
            if count == 0 { return .closed }
            if count < 0 { return errno == EAGAIN ? .timedOut : .reset }
            body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return nil
        }
    }

    private static func headCount(_ input: [UInt8]) -> Int? {
        guard input.count >= 4 else { return nil }
        return (4...input.count).first { input[($0 - 4)..<$0].elementsEqual([13, 10, 13, 10]) }
    }

    private static func parse(_ lines: [Substring]) -> ResponseHead {
        let start = (lines.first ?? "").split(separator: " ")
        let fields = lines.dropFirst().compactMap { line -> HeaderField? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return HeaderField(String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
        }
        return ResponseHead(status: start.count > 1 ? Int(start[1]) ?? 0 : 0, fields: fields)
    }

    /// `nil` if the chunks are not complete.
    private static func dechunked(_ bytes: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var rest = bytes[...]
        while let lineEnd = rest.firstIndex(of: 13) {
            guard let count = Int(String(decoding: rest[..<lineEnd], as: UTF8.self), radix: 16) else { return nil }
            if count == 0 { return result }
            guard rest.endIndex - lineEnd >= count + 4 else { return nil }
            result += rest[(lineEnd + 2)..<(lineEnd + 2 + count)]
            rest = rest[(lineEnd + 4 + count)...]
        }
        return nil
    }
}
