import TransferCore

/// Judges a 206: whether its body may be put beside what is there already (RFC 9110 §15.3.7).
struct PartialJudge {
    private let head: ResponseHead
    private let expectation: RangeExpectation
    private let now: WallTime

    init(_ head: ResponseHead, _ expectation: RangeExpectation, _ now: WallTime) {
        self.head = head
        self.expectation = expectation
        self.now = now
    }

    var verdict: HeadVerdict {
        if let name = RangeJudge.conflict(head) { return bad("two different values of \(name)") }
        // One range was asked for, so several must not come (RFC 9110 §15.3.7.2).
        let type = FieldSyntax.lowercased(FieldSyntax.trimmed(head["Content-Type"] ?? ""))
        if type.hasPrefix("multipart/byteranges") { return bad("several parts where one was asked for") }
        guard let field = head["Content-Range"] else { return bad("no Content-Range") }
        guard case .part(let range, let total) = ContentRange.parse(field) else { return bad("a broken Content-Range") }
        let facts = RemoteFacts(head: head, total: total, now: now)
        if let problem = placeProblem(range) ?? lengthProblem(range) { return bad(problem, facts) }
        // The version is judged before the size is found missing: of another version no size is wanted.
        if let change = change(facts) {
            return RangeJudge.reject(.remoteChanged, "the file there has changed: \(change)", facts)
        }
        // Without a size from this answer or an earlier one there is no telling where the file ends, unless all of it
        // was asked for.
        if total == nil {
            if expectation.acceptsAnyVersion, expectation.range.end == .max {
                var whole = facts
                whole.total = range.end
                return .partial(range, whole)
            }
            guard let known = expectation.total else {
                let problem = "the server answers 206 Partial Content without the size of the whole file"
                return RangeJudge.reject(.rangeIgnored, problem, facts)
            }
            guard range.end <= known else { return bad("bytes beyond the end of the file", facts) }
        }
        return .partial(range, facts)
    }

    /// Fewer bytes than asked for are fine, others are not.
    private func placeProblem(_ range: ByteRange) -> String? {
        if range.start != expectation.range.start {
            return "bytes from \(range.start) where \(expectation.range.start) was asked for"
        }
        return range.end > expectation.range.end ? "more bytes than were asked for" : nil
    }

    private func lengthProblem(_ range: ByteRange) -> String? {
        switch ContentLength(head) {
        case .unknown: nil
        case .invalid: "a Content-Length that is no number"
        case .known(let length): length == range.length ? nil : "a Content-Length that contradicts its Content-Range"
        }
    }

    private func change(_ facts: RemoteFacts) -> String? {
        guard !expectation.acceptsAnyVersion else { return nil }
        if let expected = expectation.total, let total = facts.total, expected != total {
            return "it has \(total) bytes now and had \(expected)"
        }
        if let difference = expectation.validator?.difference(from: facts.validator, now: now) { return difference }
        return facts.contentEncoding == expectation.contentEncoding ? nil : "its Content-Encoding is another"
    }

    private func bad(_ problem: String, _ facts: RemoteFacts = RemoteFacts()) -> HeadVerdict {
        RangeJudge.reject(.badResponse, "the server answers 206 Partial Content with \(problem)", facts)
    }
}
