import TransferCore

/// Decides what the answer to a ranged request is good for (RFC 9110 §14, §15).
public enum RangeJudge {
    /// Judges the head of an answer before any of its body is used.
    ///
    /// - Parameters:
    ///   - url: The address that answered; a `Location` is resolved against it.
    ///   - now: The time at which the answer came.
    public static func judge(
        _ head: ResponseHead, expectation: RangeExpectation, url: String, now: WallTime
    ) -> HeadVerdict {
        switch head.status {
        case 206: return PartialJudge(head, expectation, now).verdict
        case 200: return judgeWhole(head, expectation, now)
        case 416: return judgeUnsatisfied(head, expectation)
        case 301, 302, 303, 307, 308: return judgeRedirect(head, url)
        default:
            let error = HTTPStatus.error(head.status)
            return .rejected(error, retryAfter: retryAfter(head, error, now), RemoteFacts())
        }
    }

    static func reject(
        _ code: TransferError.Code, _ sentence: String, _ facts: RemoteFacts = RemoteFacts()
    ) -> HeadVerdict {
        .rejected(TransferError(code, sentence), retryAfter: nil, facts)
    }

    /// The name of a field that came with two different values although it can have only one (RFC 9110 §5.3).
    static func conflict(_ head: ResponseHead) -> String? {
        ["Content-Length", "Content-Range", "ETag"].first { name in
            Set(head.values(of: name).map { FieldSyntax.trimmed($0) }).count > 1
        }
    }

    /// The whole file, because the server knows no ranges or chose to ignore this one (RFC 9110 §14.2).
    private static func judgeWhole(
        _ head: ResponseHead, _ expectation: RangeExpectation, _ now: WallTime
    ) -> HeadVerdict {
        if let name = conflict(head) {
            return reject(.badResponse, "the server answers with two different values of \(name)")
        }
        var facts = RemoteFacts(head: head, now: now)
        switch ContentLength(head) {
        case .known(let length): facts.total = length
        case .unknown: break
        case .invalid: return reject(.badResponse, "the server answers with a Content-Length that is no number", facts)
        }
        if expectation.acceptsAnyVersion {
            if facts.total == 0 { return .empty(facts) }
            if expectation.range.start == 0 { return .whole(facts) }
        }
        return reject(
            .rangeIgnored, "the server answers 200 OK with the whole file instead of the part asked for", facts)
    }

    /// None of the bytes asked for exist (RFC 9110 §15.5.17).
    private static func judgeUnsatisfied(_ head: ResponseHead, _ expectation: RangeExpectation) -> HeadVerdict {
        if let name = conflict(head) {
            return reject(.badResponse, "the server answers with two different values of \(name)")
        }
        let answer = "the server answers \(HTTPStatus.description(416))"
        guard case .unsatisfied(let total) = head["Content-Range"].flatMap(ContentRange.parse) else {
            return reject(.rangeNotSatisfiable, answer)
        }
        let facts = RemoteFacts(total: total)
        if expectation.acceptsAnyVersion {
            return total == 0
                ? .empty(facts) : reject(.rangeNotSatisfiable, answer + ": the file has \(total) bytes", facts)
        }
        if let expected = expectation.total, expected != total {
            return reject(
                .remoteChanged, answer + ": the file has \(total) bytes now and had \(expected)", facts)
        }
        return reject(.rangeNotSatisfiable, answer + ": the file has \(total) bytes", facts)
    }

    /// RFC 9110 §15.4
    private static func judgeRedirect(_ head: ResponseHead, _ url: String) -> HeadVerdict {
        let answer = "the server answers \(HTTPStatus.description(head.status))"
        let locations = Set(head.values(of: "Location").map { FieldSyntax.trimmed($0) })
        guard let location = locations.first, locations.count == 1 else {
            return reject(.badResponse, answer + (locations.isEmpty ? " without" : " with more than one") + " address")
        }
        guard let resolved = Redirects.resolve(location, against: url) else {
            return reject(.redirectRefused, answer + " with an address that is not valid")
        }
        return .redirect(location: resolved)
    }

    /// Only an answer after which the same request is made again says when (RFC 9110 §10.2.3).
    private static func retryAfter(_ head: ResponseHead, _ error: TransferError, _ now: WallTime) -> Duration? {
        guard head.status >= 400, error.disposition == .retry else { return nil }
        return head["Retry-After"].flatMap { RetryAfter.parse($0, now: now, dateField: head["Date"]) }
    }
}
