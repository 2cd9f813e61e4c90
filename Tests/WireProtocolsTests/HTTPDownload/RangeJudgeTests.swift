import Testing
import TransferCore
import WireProtocols

@Suite("Answers to a request for a range")
struct RangeJudgeTests {
    typealias Fields = [(String, String)]

    @Test(
        "a whole file of known or unknown length",
        arguments: [
            ([("Content-Length", "1000")], 1000), ([], nil), ([("Transfer-Encoding", "chunked")], nil),
            ([("Content-Length", "1000"), ("Transfer-Encoding", "chunked")], nil),
            ([("Content-Length", "1000"), ("Content-Encoding", "gzip")], 1000), ([("Content-Encoding", "gzip")], nil),
            ([("Content-Length", "9223372036854775807")], Int64.max),
        ] as [(Fields, Int64?)])
    func whole(_ fields: Fields, _ total: Int64?) {
        let verdict = Judging.judge(200, fields, Judging.first())
        guard case .whole(let facts) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(facts.total == total)
    }

    @Test("a whole file where only a part is of use")
    func ignored() {
        let fields: Fields = [("Content-Length", "1000"), ("ETag", "\"v1\"")]
        let later = Judging.judge(200, fields, Judging.later())
        #expect(later.code == .rangeIgnored)
        #expect(later.facts == RemoteFacts(total: 1000, validator: Validator(entityTag: Judging.tag)))
        #expect(Judging.judge(200, fields, Judging.first(ByteRange(1, 9))).code == .rangeIgnored)
        var known = Judging.later()
        known.range = ByteRange(0, 100)
        #expect(Judging.judge(200, fields, known).code == .rangeIgnored)
        #expect(Judging.judge(200, [("Content-Length", "0")], Judging.later()).code == .rangeIgnored)
    }

    @Test("an empty file")
    func empty() {
        let tagged = RemoteFacts(total: 0, validator: Validator(entityTag: Judging.tag))
        let fields: Fields = [("Content-Length", "0"), ("ETag", "\"v1\"")]
        #expect(Judging.judge(200, fields, Judging.first()) == .empty(tagged))
        #expect(Judging.judge(416, [("Content-Range", "bytes */0")], Judging.first()) == .empty(RemoteFacts(total: 0)))
    }

    @Test("a length that cannot be believed", arguments: ["", "x", "-1", "1 2", "1,2", "9223372036854775808"])
    func badLength(_ length: String) {
        #expect(Judging.judge(200, [("Content-Length", length)], Judging.first()).code == .badResponse)
    }

    @Test("two lengths that differ")
    func twoLengths() {
        let fields: Fields = [("Content-Length", "1"), ("Content-Length", "2")]
        #expect(Judging.judge(200, fields, Judging.first()).code == .badResponse)
        let ranges: Fields = [("Content-Range", "bytes */1"), ("Content-Range", "bytes */2")]
        #expect(Judging.judge(416, ranges, Judging.first()).code == .badResponse)
    }

    @Test(
        "a range that does not exist",
        arguments: [
            ("bytes */1000", Judging.later(), .rangeNotSatisfiable, 1000),
            ("bytes */999", Judging.later(), .remoteChanged, 999), ("bytes */0", Judging.later(), .remoteChanged, 0),
            ("bytes */50", Judging.later(total: nil), .rangeNotSatisfiable, 50),
            ("bytes */*", Judging.later(), .rangeNotSatisfiable, nil),
            (nil, Judging.later(), .rangeNotSatisfiable, nil),
            ("bytes 0-1/2", Judging.later(), .rangeNotSatisfiable, nil),
            ("bytes */7", Judging.first(), .rangeNotSatisfiable, 7), (nil, Judging.first(), .rangeNotSatisfiable, nil),
        ] as [(String?, RangeExpectation, TransferError.Code, Int64?)])
    func unsatisfied(_ range: String?, _ expectation: RangeExpectation, _ code: TransferError.Code, _ total: Int64?) {
        let verdict = Judging.judge(416, range.map { [("Content-Range", $0)] } ?? [], expectation)
        #expect(verdict.code == code)
        #expect(verdict.facts == RemoteFacts(total: total))
    }

    @Test("redirects are resolved and not judged", arguments: [301, 302, 303, 307, 308])
    func redirects(_ status: Int) {
        let cases = [
            ("/c", "https://h/c"), ("c?d#e", "https://h/a/c?d"), ("ftp://x/", "ftp://x/"), ("http://x", "http://x/"),
        ]
        for (location, expected) in cases {
            #expect(Judging.judge(status, [("Location", location)], Judging.later()) == .redirect(location: expected))
        }
        #expect(Judging.judge(status, [], Judging.later()).code == .badResponse)
        #expect(Judging.judge(status, [("Location", "/a"), ("Location", "/b")], Judging.later()).code == .badResponse)
        #expect(Judging.judge(status, [("Location", "http://h:x/")], Judging.later()).code == .redirectRefused)
    }

    @Test(
        "every other status",
        arguments: [
            (100, .badResponse, "the server answers 100 instead of the file"),
            (201, .badResponse, "the server answers 201 Created instead of the file"),
            (204, .badResponse, "the server answers 204 No Content instead of the file"),
            (205, .badResponse, "the server answers 205 Reset Content instead of the file"),
            (300, .badResponse, "the server answers 300 Multiple Choices instead of the file"),
            (304, .badResponse, "the server answers 304 Not Modified instead of the file"),
            (305, .badResponse, "the server answers 305 Use Proxy instead of the file"),
            (400, .refused, "the server answers 400 Bad Request"),
            (401, .unauthorized, "the server answers 401 Unauthorized"),
            (403, .forbidden, "the server answers 403 Forbidden"),
            (404, .notFound, "the server answers 404 Not Found"),
            (405, .refused, "the server answers 405 Method Not Allowed"),
            (407, .proxyAuthentication, "the proxy answers 407 Proxy Authentication Required"),
            (408, .timedOut, "the server answers 408 Request Timeout"), (410, .gone, "the server answers 410 Gone"),
            (412, .remoteChanged, "the server answers 412 Precondition Failed: the file there has changed"),
            (423, .serverBusy, "the server answers 423 Locked"), (425, .serverBusy, "the server answers 425 Too Early"),
            (429, .serverBusy, "the server answers 429 Too Many Requests"),
            (451, .refused, "the server answers 451 Unavailable For Legal Reasons"),
            (499, .refused, "the server answers 499"),
            (500, .serverError, "the server answers 500 Internal Server Error"),
            (502, .serverError, "the server answers 502 Bad Gateway"),
            (503, .serverBusy, "the server answers 503 Service Unavailable"),
            (504, .serverError, "the server answers 504 Gateway Timeout"),
            (599, .serverError, "the server answers 599"),
            (0, .badResponse, "the server answers 0 instead of the file"),
            (999, .badResponse, "the server answers 999 instead of the file"),
            (-1, .badResponse, "the server answers -1 instead of the file"),
        ] as [(Int, TransferError.Code, String)])
    func statuses(_ status: Int, _ code: TransferError.Code, _ sentence: String) {
        let fields: Fields = [("Content-Length", "9"), ("ETag", "\"error page\""), ("Location", "/x")]
        for expectation in [Judging.first(), Judging.later()] {
            let verdict = Judging.judge(status, fields, expectation)
            #expect(verdict == .rejected(TransferError(code, sentence), retryAfter: nil, RemoteFacts()))
        }
    }

    @Test("Retry-After where trying again may help", arguments: [408, 423, 425, 429, 500, 502, 503, 504])
    func retryAfter(_ status: Int) {
        #expect(Judging.judge(status, [("Retry-After", "9")], Judging.later()).retryAfter == .seconds(9))
        let dated: Fields = [("Retry-After", Judging.late), ("Date", Judging.early)]
        #expect(Judging.judge(status, dated, Judging.later()).retryAfter == .seconds(1))
        #expect(Judging.judge(status, [("Retry-After", "soon")], Judging.later()).retryAfter == nil)
        for other in [204, 300, 404, 412] {
            #expect(Judging.judge(other, [("Retry-After", "9")], Judging.later()).retryAfter == nil)
        }
    }

    @Test("what an answer tells about the file")
    func facts() throws {
        let fields: Fields = [
            ("ETag", "W/\"x\""), ("Last-Modified", Judging.early), ("Date", Judging.late),
            ("Content-Disposition", "attachment; filename=\"../.a\u{1b}b.txt\""), ("Content-Encoding", "GZip"),
            ("Repr-Digest", "md5=:AAAA:"), ("Repr-Digest", "sha-256=:\(DigestsTests.base64):"),
            ("Content-Digest", "sha-256=:\(DigestsTests.base64):"), ("Digest", "SHA-256=\(DigestsTests.base64)"),
            ("Content-Length", "3"),
        ]
        let facts = try #require(Judging.judge(200, fields, Judging.first()).facts)
        var expected = RemoteFacts(
            total: 3,
            validator: Validator(
                entityTag: EntityTag(opaque: "\"x\"", isWeak: true), lastModified: Judging.early,
                lastModifiedIsStrong: true))
        expected.contentEncoding = "gzip"
        expected.suggestedName = "_ab.txt"
        expected.wholeDigest = DigestsTests.hex
        expected.bodyDigest = DigestsTests.hex
        #expect(facts == expected)
        let legacy = try #require(
            Judging.judge(200, [("Digest", "SHA-256=\(DigestsTests.base64)")], Judging.first()).facts)
        #expect(legacy == RemoteFacts())
    }

    @Test(
        "Last-Modified is strong only a second before Date",
        arguments: [
            (Judging.early, Judging.late, true), (Judging.early, Judging.early, false),
            (Judging.late, Judging.early, false),
            (Judging.early, nil, false), (Judging.early, "x", false), ("x", Judging.late, false),
        ] as [(String, String?, Bool)])
    func strongDates(_ modified: String, _ date: String?, _ isStrong: Bool) {
        let fields = [("Last-Modified", modified)] + (date.map { [("Date", $0)] } ?? [])
        let validator = Judging.judge(200, fields, Judging.first()).facts?.validator
        #expect(validator == Validator(lastModified: modified, lastModifiedIsStrong: isStrong))
    }

    @Test("a Last-Modified that could break a field is not kept", arguments: ["", " ", "a\r\nb", "\u{1b}"])
    func brokenDates(_ modified: String) {
        #expect(Judging.judge(200, [("Last-Modified", modified)], Judging.first()).facts == RemoteFacts())
    }
}
