import Glibc

extension ServerConnection {
    /// Reads the body of a request as far as it is to be read; whether there shall be an answer.
    func takeBody(of request: RecordedRequest, _ answer: Answer, _ input: inout [UInt8]) -> Bool {
        let length = request.bodyLength
        let limit = answer.intake.limit(length)
        if answer.intakeRate != nil { narrowWindow() }
        let start = ContinuousClock.now
        var count: Int64 = 0
        while count < limit {
            if input.isEmpty { guard receive(&input) else { return false } }
            let taken = Int(min(limit - count, Int64(input.count)))
            core.state.withLock { $0.requests[request.number - 1].body += input[..<taken] }
            input.removeFirst(taken)
            count += Int64(taken)
            if let rate = answer.intakeRate { guard wait(until: start, count, rate) else { return false } }
        }
        guard answer.intake.isStalled(at: limit, of: length) else { return true }
        return strike(.stall)
    }

    /// Keeps the kernel from taking megabytes that nobody has read yet.
    private func narrowWindow() {
        var size: Int32 = 16 << 10
        setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Reads on until the client has gone. Closing with bytes unread would reset the connection, and the answer might
    /// be lost with it (RFC 9112 §9.6).
    func drain() {
        var dropped: [UInt8] = []
        while receive(&dropped) { dropped.removeAll(keepingCapacity: true) }
    }
}
