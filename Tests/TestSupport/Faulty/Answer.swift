import TransferCore

/// An answer with everything that the wire does to it.
struct Answer {
    enum Piece {
        case bytes([UInt8])
        case file(Range<Int64>)

        var count: Int64 {
            switch self {
            case .bytes(let bytes): Int64(bytes.count)
            case .file(let range): Int64(range.count)
            }
        }
    }

    enum Framing { case length, chunked, untilClose }

    enum Cut {
        case reset, close, stall
    }

    var status: Int
    var fields: [HeaderField] = []
    var body: [Piece] = []
    var content = ServedFile.Content.bytes([])
    var hasBody = true
    var framing = Framing.length
    /// In place of status line and fields.
    var rawHead: String?
    /// After the body, as if nothing were wrong.
    var excess: [UInt8] = []
    /// Offset in the body of the byte that gets a bit flipped.
    var damagedByte: Int64?
    var cut: (kind: Cut, after: Int64)?
    var bodyRate: Int?
    var headRate: Int?
    var closes = false
    /// What happens before it.
    var intake = BodyIntake.whole
    var intakeRate: Int?

    var bodyCount: Int64 { body.reduce(0) { $0 + $1.count } }

    mutating func set(_ name: String, _ value: String) {
        remove(name)
        fields.append(HeaderField(name, value))
    }

    mutating func remove(_ name: String) {
        fields.removeAll { $0.name.lowercased() == name.lowercased() }
    }

    func value(_ name: String) -> String? { ResponseHead(status: status, fields: fields)[name] }

    /// The bytes of the body before any damage.
    func bodyBytes() -> [UInt8] {
        body.flatMap { piece in
            switch piece {
            case .bytes(let bytes): bytes
            case .file(let range): content.bytes(range)
            }
        }
    }

    /// Status line and header section.
    func head() -> String {
        if let rawHead { return rawHead }
        var copy = self
        switch framing {
        case .length: if value("Content-Length") == nil { copy.set("Content-Length", String(bodyCount)) }
        case .chunked: copy.set("Transfer-Encoding", "chunked")
        case .untilClose: copy.set("Connection", "close")
        }
        if status == 304 { copy.remove("Content-Length") }
        return "HTTP/1.1 \(status) \(Self.reason(status))\r\n"
            + copy.fields.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n"
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 206: "Partial Content"
        case 302: "Found"
        case 304: "Not Modified"
        case 404: "Not Found"
        case 412: "Precondition Failed"
        case 416: "Range Not Satisfiable"
        case 429: "Too Many Requests"
        case 503: "Service Unavailable"
        default: "Status"
        }
    }
}
