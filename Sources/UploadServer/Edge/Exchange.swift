import HTTPTypes
import TransferCore

/// One request and its answer, as far as both have come.
struct Exchange {
    let method: String
    let target: String
    let began: Instant
    /// The client said that this is its last request on the connection (RFC 9112 §9.6).
    let isLast: Bool
    /// Bytes of the request's body that are still to come; `nil` if the client did not tell how many.
    private(set) var bodyLeft: Int64?
    /// The client waits with the body until it is told to go on (RFC 9110 §10.1.1).
    private(set) var isHeldBack: Bool
    private(set) var bytesIn: Int64 = 0
    private(set) var bytesOut: Int64 = 0
    private(set) var status: Int?
    /// The connection closes behind the answer.
    private(set) var closes = false

    init(_ head: HTTPTypes.HTTPRequest, began: Instant) {
        method = head.method.rawValue
        target = head.path ?? ""
        self.began = began
        isHeldBack = head.headerFields[.expect]?.lowercased() == "100-continue"
        isLast = Self.asksForClose(head.headerFields)
        bodyLeft = head.headerFields[.transferEncoding] == nil ? Int64(head.headerFields[.contentLength] ?? "0") : nil
    }

    mutating func received(_ count: Int) {
        bytesIn += Int64(count)
        isHeldBack = false
        bodyLeft = bodyLeft.map { max(0, $0 - Int64(count)) }
    }

    /// The client is told to send the body.
    mutating func proceed() { isHeldBack = false }

    mutating func sent(_ count: Int) { bytesOut += Int64(count) }

    mutating func answer(with status: Int, closing: Bool) {
        self.status = status
        closes = closing
    }

    static func asksForClose(_ fields: HTTPFields) -> Bool {
        guard let options = fields[.connection] else { return false }
        return options.split(separator: ",").contains { $0.trimmed.lowercased() == "close" }
    }
}

extension Substring {
    /// Without spaces and tabs at either end (RFC 9110 §5.6.3).
    var trimmed: Substring {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        var rest = drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return rest
    }
}
