import Foundation
import TransferCore

extension Answering {
    /// Changes a finished answer.
    func apply(_ action: Fault.Action, to answer: inout Answer) {
        switch action {
        case .status(let status, let fields, let body):
            replace(&answer, status, fields, body)
        case .rangeNotSatisfiable:
            replace(&answer, 416, [HeaderField("Content-Range", "bytes */\(answer.content.size)")])
        case .preconditionFailed:
            replace(&answer, 412)
        case .redirect(let status, let location):
            replace(&answer, status, [HeaderField("Location", location)])
        case .redirectLoop:
            replace(&answer, 302, [HeaderField("Location", request.target)])
        case .redirectChain(let count):
            let hop = Int(request.target.split(separator: "=").last ?? "") ?? 0
            if hop < count { replace(&answer, 302, [HeaderField("Location", "\(request.path)?hop=\(hop + 1)")]) }
        case .contentRange(let lie):
            apply(lie, to: &answer)
        case .shorterThanContentRange(let count):
            if let range = fileRange(answer) { answer.body = [.file(range.dropLast(Int(count)))] }
        case .shortRange(let count):
            if let range = fileRange(answer) { setRange(range.prefix(Int(count)), of: &answer) }
        case .earlierRange(let count):
            if let range = fileRange(answer) {
                setRange(max(0, range.lowerBound - count)..<range.upperBound, of: &answer)
            }
        case .multipart:
            makeMultipart(&answer)
        case .damage(let offset):
            damage(&answer, offset)
        case .contentDigest:
            answer.set("Content-Digest", digest(answer.bodyBytes()))
        case .reprDigest:
            answer.set("Repr-Digest", digest(answer.content.bytes(0..<answer.content.size)))
        case .wrongReprDigest:
            answer.set("Repr-Digest", digest(Array("something else".utf8)))
        case .header(let name, let value): answer.set(name, value)
        case .removeHeader(let name): answer.remove(name)
        case .contentDisposition(let value): answer.set("Content-Disposition", value)
        case .headerFlood(let count):
            answer.fields += (0..<count).map { HeaderField("X-Flood-\($0)", String(repeating: "x", count: 100)) }
        default: applyToWire(action, &answer)
        }
    }

    private func applyToWire(_ action: Fault.Action, _ answer: inout Answer) {
        switch action {
        case .chunked: answer.framing = .chunked
        case .untilClose: (answer.framing, answer.closes) = (.untilClose, true)
        case .bodyTooLong(let count): answer.excess = [UInt8](repeating: 0xEE, count: count)
        case .garbageAfterBody(let text): answer.excess = Array(text.utf8)
        case .garbageStatusLine: answer.rawHead = "\u{16}\u{3}\u{1} this is not HTTP\r\n\r\n"
        case .closeConnection:
            answer.closes = true
            answer.set("Connection", "close")
        case .reset(let count): answer.cut = (.reset, count)
        case .close(let count): answer.cut = (.close, count)
        case .stall(let count): answer.cut = (.stall, count)
        case .silence(let offset): fallSilent(&answer, from: offset)
        case .earlyAnswer(let count):
            answer.intake = .first(count)
            answer.closes = true
        case .stallRequestBody(let count): answer.intake = .stall(after: count)
        case .slowRequestBody(let rate): answer.intakeRate = rate
        case .slowBody(let rate): answer.bodyRate = rate
        case .slowHead(let rate): answer.headRate = rate
        default: break
        }
    }

    private func replace(_ answer: inout Answer, _ status: Int, _ fields: [HeaderField] = [], _ body: String = "") {
        answer.status = status
        let date = answer.value("Date")
        answer.fields = fields
        if let date, answer.value("Date") == nil { answer.set("Date", date) }
        answer.body = body.isEmpty ? [] : [.bytes(Array(body.utf8))]
    }

    /// The range of a 206.
    private func fileRange(_ answer: Answer) -> Range<Int64>? {
        guard answer.status == 206, case .file(let range) = answer.body.first else { return nil }
        return range
    }

    private func setRange(_ range: Range<Int64>, of answer: inout Answer) {
        answer.body = [.file(range)]
        answer.set("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(answer.content.size)")
    }

    private func apply(_ lie: Fault.RangeLie, to answer: inout Answer) {
        guard let range = fileRange(answer) else { return }
        var (first, last, total, unit) = (range.lowerBound, range.upperBound - 1, "\(answer.content.size)", "bytes")
        switch lie {
        case .missing: return answer.remove("Content-Range")
        case .raw(let value): return answer.set("Content-Range", value)
        case .first(let delta): first += delta
        case .last(let delta): last += delta
        case .total(let delta): total = "\(answer.content.size + delta)"
        case .unknownTotal: total = "*"
        case .unit(let other): unit = other
        }
        answer.set("Content-Range", "\(unit) \(first)-\(last)/\(total)")
    }

    private func makeMultipart(_ answer: inout Answer) {
        guard let range = fileRange(answer) else { return }
        let head =
            "--SEPARATOR\r\nContent-Type: application/octet-stream\r\n"
            + "Content-Range: bytes \(range.lowerBound)-\(range.upperBound - 1)/\(answer.content.size)\r\n\r\n"
        answer.remove("Content-Range")
        answer.set("Content-Type", "multipart/byteranges; boundary=SEPARATOR")
        answer.body = [.bytes(Array(head.utf8)), .file(range), .bytes(Array("\r\n--SEPARATOR--\r\n".utf8))]
    }

    private func fallSilent(_ answer: inout Answer, from offset: Int64) {
        guard case .file(let range) = answer.body.first, range.upperBound > offset else { return }
        answer.cut = (.stall, max(0, offset - range.lowerBound))
    }

    private func damage(_ answer: inout Answer, _ offset: Int64?) {
        guard answer.bodyCount > 0 else { return }
        guard let offset else { return answer.damagedByte = answer.bodyCount / 2 }
        guard case .file(let range) = answer.body.first, range.contains(offset) else { return }
        answer.damagedByte = offset - range.lowerBound
    }
}

extension Range<Int64> {
    fileprivate func dropLast(_ count: Int) -> Range<Int64> {
        lowerBound..<Swift.max(lowerBound, upperBound - Int64(count))
    }

    fileprivate func prefix(_ count: Int) -> Range<Int64> {
        lowerBound..<Swift.min(upperBound, lowerBound + Int64(count))
    }
}
