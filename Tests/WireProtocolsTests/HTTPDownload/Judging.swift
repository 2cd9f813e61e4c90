import TransferCore
import WireProtocols

/// Shared by the suites that judge answers.
enum Judging {
    /// 1994-11-06T08:49:37Z
    static let now = WallTime(milliseconds: 784_111_777_000)
    static let url = "https://h/a/b"
    static let early = "Sun, 06 Nov 1994 08:00:00 GMT"
    static let late = "Sun, 06 Nov 1994 08:00:01 GMT"
    static let tag = EntityTag(opaque: "\"v1\"", isWeak: false)

    /// The first request of a transfer.
    static func first(_ range: ByteRange = ByteRange(0, 100)) -> RangeExpectation {
        RangeExpectation(range: range, acceptsAnyVersion: true)
    }

    /// A later request, for bytes 100 to 199 of 1000.
    static func later(
        _ validator: Validator? = Validator(entityTag: tag), total: Int64? = 1000, encoding: String? = nil
    ) -> RangeExpectation {
        RangeExpectation(
            range: ByteRange(100, 200), acceptsAnyVersion: false, total: total, validator: validator,
            contentEncoding: encoding)
    }

    static func judge(_ status: Int, _ fields: [(String, String)], _ expectation: RangeExpectation) -> HeadVerdict {
        let head = ResponseHead(status: status, fields: fields.map { HeaderField($0.0, $0.1) })
        return RangeJudge.judge(head, expectation: expectation, url: url, now: now)
    }
}

extension HeadVerdict {
    var range: ByteRange? {
        if case .partial(let range, _) = self { return range }
        return nil
    }

    var error: TransferError? {
        if case .rejected(let error, _, _) = self { return error }
        return nil
    }

    var code: TransferError.Code? { error?.code }

    var retryAfter: Duration? {
        if case .rejected(_, let retryAfter, _) = self { return retryAfter }
        return nil
    }

    var facts: RemoteFacts? {
        switch self {
        case .partial(_, let facts), .whole(let facts), .empty(let facts), .rejected(_, _, let facts): facts
        case .redirect: nil
        }
    }
}
