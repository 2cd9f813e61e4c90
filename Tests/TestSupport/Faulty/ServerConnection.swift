import Glibc
import TransferCore

/// Serves one connection on its own thread.
struct ServerConnection {
    let core: ServerCore
    let number: Int
    let socket: Int32

    /// Serves requests until the connection ends; the caller closes the socket.
    func run() {
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        var input: [UInt8] = []
        while !core.state.withLock({ $0.isStopping }), let head = readHead(&input) {
            guard var request = parse(head) else { return }
            let (file, actions) = core.state.withLock { $0.receive(&request) }
            let goesOn: Bool
            if let handler = core.handler {
                goesOn = exchange(request, handler, &input)
            } else {
                let answer = Answering(request, actions).answer(file)
                goesOn = takeBody(of: request, answer, &input) && send(answer, to: request.number)
            }
            core.state.withLock { $0.requests[request.number - 1].isFinished = true }
            guard goesOn else { return }
        }
    }

    /// Whether the connection goes on.
    private func exchange(
        _ request: RecordedRequest, _ handler: any RequestHandler, _ input: inout [UInt8]
    ) -> Bool {
        var taking = Answer(status: 0)
        taking.intake = handler.intake(of: request)
        guard takeBody(of: request, taking, &input) else { return false }
        var answer = handler.answer(to: core.state.withLock { $0.requests[request.number - 1] })
        answer.intake = taking.intake
        if request.method == "HEAD" { answer.hasBody = false }
        return send(answer, to: request.number)
    }

    // MARK: Requests

    private func readHead(_ input: inout [UInt8]) -> String? {
        while true {
            if let end = headEnd(input) {
                defer { input.removeFirst(end) }
                return String(decoding: input[..<(end - 4)], as: UTF8.self)
            }
            guard input.count < 1 << 16, receive(&input) else { return nil }
        }
    }

    private func headEnd(_ input: [UInt8]) -> Int? {
        guard input.count >= 4 else { return nil }
        return (4...input.count).first { input[($0 - 4)..<$0].elementsEqual([13, 10, 13, 10]) }
    }

    func receive(_ input: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        var count: Int
        repeat { count = recv(socket, &buffer, buffer.count, 0) } while count < 0 && errno == EINTR
        guard count > 0 else { return false }
        input += buffer[..<count]
        return true
    }

    private func parse(_ head: String) -> RecordedRequest? {
        // "\r\n" is one Character.
        let lines = head.split(separator: "\r\n")
        let start = lines.first?.split(separator: " ") ?? []
        guard start.count == 3, start[2].hasPrefix("HTTP/1.") else { return nil }
        let fields = lines.dropFirst().compactMap { line -> HeaderField? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            return HeaderField(String(line[..<colon]), String(value))
        }
        return RecordedRequest(
            number: 0, connection: number, method: String(start[0]), target: String(start[1]), fields: fields)
    }

    // MARK: Answers

    /// Whether the connection goes on.
    private func send(_ answer: Answer, to number: Int) -> Bool {
        if let cut = answer.cut, cut.after < 0 { return strike(cut.kind) }
        core.state.withLock { $0.requests[number - 1].status = answer.status }
        guard send(Array(answer.head().utf8), rate: answer.headRate) else { return false }
        if answer.hasBody {
            let limit = min(answer.bodyCount, answer.cut?.after ?? .max)
            guard sendBody(answer, limit: limit, number) else { return false }
            if let cut = answer.cut { return strike(cut.kind) }
            if answer.framing == .chunked { guard send(Array("0\r\n\r\n".utf8)) else { return false } }
        }
        guard send(answer.excess) else { return false }
        if case .first = answer.intake { drain() }
        return !answer.closes && answer.rawHead == nil
    }

    private func sendBody(_ answer: Answer, limit: Int64, _ number: Int) -> Bool {
        let slice = Int64(answer.bodyRate.map { max(1, min(1 << 16, $0 / 50)) } ?? 1 << 16)
        let start = ContinuousClock.now
        var sent: Int64 = 0
        for piece in answer.body {
            var offset: Int64 = 0
            while offset < piece.count, sent < limit {
                let count = min(slice, piece.count - offset, limit - sent)
                var bytes: [UInt8]
                switch piece {
                case .bytes(let all): bytes = Array(all[Int(offset)..<Int(offset + count)])
                case .file(let range):
                    let first = range.lowerBound + offset
                    bytes = answer.content.bytes(first..<(first + count))
                }
                if let damaged = answer.damagedByte, (sent..<(sent + count)).contains(damaged) {
                    bytes[Int(damaged - sent)] ^= 0x10
                }
                if answer.framing == .chunked {
                    bytes = Array("\(String(count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8)
                }
                guard send(bytes) else { return false }
                offset += count
                sent += count
                core.state.withLock { $0.requests[number - 1].bodyBytesSent = sent }
                if let rate = answer.bodyRate { guard wait(until: start, sent, rate) else { return false } }
            }
        }
        return true
    }

    private func send(_ bytes: [UInt8], rate: Int) -> Bool {
        let start = ContinuousClock.now
        for (index, byte) in bytes.enumerated() {
            guard send([byte]), wait(until: start, Int64(index) + 1, rate) else { return false }
        }
        return true
    }

    private func send(_ bytes: [UInt8], rate: Int?) -> Bool {
        if let rate { return send(bytes, rate: rate) }
        return send(bytes)
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var sent = 0
            while sent < buffer.count {
                let count = Glibc.send(
                    socket, buffer.baseAddress! + sent, buffer.count - sent, Int32(MSG_NOSIGNAL))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }

    // MARK: Faults of the wire

    /// Waits until `sent` bytes are due at `rate`; `false` if the connection ended meanwhile.
    func wait(until start: ContinuousClock.Instant, _ sent: Int64, _ rate: Int) -> Bool {
        let due = start + .seconds(Double(sent) / Double(rate))
        while true {
            let rest = ContinuousClock.now.duration(to: due)
            guard rest > .zero else { return true }
            if hasEnded(within: Int32(rest.inSeconds * 1000) + 1) { return false }
        }
    }

    /// Ends the connection in that way; always `false`.
    func strike(_ kind: Answer.Cut) -> Bool {
        switch kind {
        case .close: break
        case .stall:
            while !hasEnded(within: -1) {}
        case .reset:
            // Unsent bytes would be lost with the reset, and with them the "after so many bytes".
            waitForAcknowledgements()
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        }
        return false
    }

    private func waitForAcknowledgements() {
        let deadline = ContinuousClock.now + .seconds(20)
        var unsent: Int32 = 1
        while ioctl(socket, UInt(TIOCOUTQ), &unsent) == 0, unsent > 0, ContinuousClock.now < deadline,
            !hasEnded(within: 1)
        {}
    }

    /// Waits so many milliseconds, but not longer than the connection lasts; whether the client has gone.
    private func hasEnded(within milliseconds: Int32) -> Bool {
        // POLLRDHUP, which the C library shows only to those who ask for its extensions.
        var descriptor = pollfd(fd: socket, events: 0x2000, revents: 0)
        return poll(&descriptor, 1, milliseconds) > 0
    }
}
