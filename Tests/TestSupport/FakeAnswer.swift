import TransferCore

/// How a ``FakeTransport`` answers one request.
public struct FakeAnswer: Sendable {
    public enum Body: Sendable {
        case bytes([UInt8])
        case pattern(PatternFile, Range<Int64>)

        var count: Int64 {
            switch self {
            case .bytes(let bytes): Int64(bytes.count)
            case .pattern(_, let range): Int64(range.count)
            }
        }

        func bytes(_ range: Range<Int64>) -> [UInt8] {
            switch self {
            case .bytes(let bytes): Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
            case .pattern(let pattern, let whole):
                pattern.bytes((whole.lowerBound + range.lowerBound)..<(whole.lowerBound + range.upperBound))
            }
        }
    }

    /// What of the request's body is taken before the answer.
    public var intake = BodyIntake.whole
    /// Gets what was taken of the request's body, none if it has none, and may change the answer then.
    public var onRequestBody: (@Sendable (_ body: [UInt8], _ answer: inout FakeAnswer) -> Void)?
    /// `nil`: the connection ends, or stalls, before an answer.
    public var head: ResponseHead?
    public var body: Body
    /// Bytes that a receiver gets, and a body is asked for, at a time, as libcurl does it.
    public var pieceSize: Int64 = 16 << 10
    /// How the request ends once all that is sent was taken.
    public var outcome: TransportEnd.Outcome = .completed
    /// Nothing comes after so many bytes of the body; less than 0 for no head either.
    public var stallsAfter: Int64?
    /// From the start, or the end of the request's body, to the head.
    public var latency: Duration = .zero
    /// `nil`: at once.
    public var bytesPerSecond: Int?

    public init(_ head: ResponseHead?, body: Body = .bytes([])) {
        self.head = head
        self.body = body
    }

    public init(_ status: Int, _ fields: [HeaderField] = [], body: [UInt8] = []) {
        self.init(ResponseHead(status: status, fields: fields), body: .bytes(body))
    }

    /// No answer at all.
    public static func failure(_ code: TransferError.Code) -> FakeAnswer {
        var answer = FakeAnswer(nil)
        answer.outcome = .failed(TransferError(code, "the answer was scripted so"))
        return answer
    }
}
