import Testing
import TransferCore
import WireProtocols

@Suite("Answers with a part of the file")
struct PartialTests {
    typealias Fields = [(String, String)]

    /// What ``Judging/later(_:total:encoding:)`` expects of every answer.
    private static let tag = ("ETag", "\"v1\"")

    private func partial(_ range: String, _ more: Fields = [], _ expectation: RangeExpectation) -> HeadVerdict {
        Judging.judge(206, [("Content-Range", range)] + more, expectation)
    }

    @Test("exactly what was asked for")
    func exact() {
        let verdict = partial(
            "bytes 100-199/1000", [("content-length", "100"), ("ETAG", "\"v1\"")], Judging.later())
        var facts = RemoteFacts(total: 1000, validator: Validator(entityTag: Judging.tag))
        #expect(verdict == .partial(ByteRange(100, 200), facts))
        facts.validator = Validator()
        #expect(partial("bytes 0-99/1000", [], Judging.first()) == .partial(ByteRange(0, 100), facts))
    }

    @Test("fewer bytes than asked for are a shorter range")
    func fewer() {
        let fields: Fields = [("Content-Length", "50"), Self.tag]
        #expect(partial("bytes 100-149/1000", fields, Judging.later()).range == ByteRange(100, 150))
        #expect(partial("bytes 100-100/1000", [Self.tag], Judging.later()).range == ByteRange(100, 101))
        let small = partial("bytes 0-9/10", [], Judging.first())
        #expect(small.range == ByteRange(0, 10))
        #expect(small.facts?.total == 10)
    }

    @Test(
        "other bytes than asked for",
        arguments: [
            ("bytes 99-199/1000", "100"), ("bytes 0-99/1000", "100"), ("bytes 101-199/1000", "99"),
            ("bytes 100-200/1000", "101"), ("bytes 100-999/1000", "900"), ("bytes 100-199/1000", "99"),
            ("bytes 100-199/1000", "101"), ("bytes 100-199/1000", "1000"), ("bytes 100-199/1000", "x"),
            ("bytes 100-199/1000", "-100"), ("bytes 100-199/1000", "+100"), ("bytes 100-199/1000", ""),
            ("bytes 100-199/1000", "100, 99"), ("bytes 100-199/1000", "99999999999999999999"),
            ("bytes 100-199/199", "100"), ("bytes 199-100/1000", "100"), ("bytes */1000", "0"), ("lines 1-2/3", "2"),
            ("bytes=100-199/1000", "100"), ("", "100"),
        ])
    func otherBytes(_ range: String, _ length: String) {
        #expect(partial(range, [("Content-Length", length)], Judging.later()).code == .badResponse)
    }

    @Test("no Content-Range, or several parts")
    func noRange() {
        #expect(Judging.judge(206, [("Content-Length", "100")], Judging.later()).code == .badResponse)
        let multipart = ("Content-Type", "Multipart/ByteRanges; boundary=x")
        #expect(Judging.judge(206, [multipart], Judging.later()).code == .badResponse)
        #expect(partial("bytes 100-199/1000", [multipart], Judging.later()).code == .badResponse)
    }

    @Test("duplicates count if they agree")
    func duplicates() {
        let same: Fields = [
            ("Content-Range", "bytes 100-199/1000"), ("Content-Length", "100"), ("content-length", "100"),
            Self.tag,
        ]
        #expect(partial("bytes 100-199/1000", same, Judging.later()).range == ByteRange(100, 200))
        let joined: Fields = [("Content-Length", "100, 100"), Self.tag]
        #expect(partial("bytes 100-199/1000", joined, Judging.later()).range != nil)
        let ranges: Fields = [("Content-Range", "bytes 100-198/1000")]
        #expect(partial("bytes 100-199/1000", ranges, Judging.later()).code == .badResponse)
        let lengths: Fields = [("Content-Length", "100"), ("Content-Length", "99")]
        #expect(partial("bytes 100-199/1000", lengths, Judging.later()).code == .badResponse)
        let tags: Fields = [("ETag", "\"v1\""), ("ETag", "\"v2\"")]
        #expect(partial("bytes 100-199/1000", tags, Judging.later()).code == .badResponse)
    }

    @Test("Transfer-Encoding overrides a length")
    func chunked() {
        let fields: Fields = [("Content-Length", "5"), ("Transfer-Encoding", "chunked"), Self.tag]
        #expect(partial("bytes 100-199/1000", fields, Judging.later()).range == ByteRange(100, 200))
    }

    @Test("another size is another version")
    func otherSize() {
        let verdict = partial("bytes 100-199/1001", [Self.tag], Judging.later())
        #expect(verdict.code == .remoteChanged)
        #expect(verdict.facts?.total == 1001)
        #expect(partial("bytes 100-199/1001", [Self.tag], Judging.later(total: nil)).range != nil)
        var any = Judging.first()
        any.total = 5
        #expect(partial("bytes 0-99/1000", [], any).range == ByteRange(0, 100))
    }

    @Test("a size that is not told must be known")
    func unknownSize() {
        let known = partial("bytes 100-199/*", [Self.tag], Judging.later())
        #expect(known.range == ByteRange(100, 200))
        #expect(known.facts?.total == nil)
        #expect(partial("bytes 100-199/*", [Self.tag], Judging.later(total: 199)).code == .badResponse)
        #expect(partial("bytes 100-199/*", [Self.tag], Judging.later(total: nil)).code == .rangeIgnored)
        #expect(partial("bytes 100-199/*", [("ETag", "\"v2\"")], Judging.later(total: nil)).code == .remoteChanged)
    }

    @Test("a size that is not told is the end of the answer only if all of the file was asked for")
    func unknownSizeAtFirst() {
        for range in ["bytes 0-49/*", "bytes 0-99/*"] {
            let bounded = partial(range, [], Judging.first())
            #expect(bounded.code == .rangeIgnored)
            #expect(bounded.facts?.total == nil)
        }
        let open = partial("bytes 0-99/*", [], Judging.first(ByteRange(0, .max)))
        #expect(open == .partial(ByteRange(0, 100), RemoteFacts(total: 100)))
        let rest = partial("bytes 100-199/*", [Self.tag], Judging.first(ByteRange(100, .max)))
        let tagged = RemoteFacts(total: 200, validator: Validator(entityTag: Judging.tag))
        #expect(rest == .partial(ByteRange(100, 200), tagged))
        // A size that is told is the one that counts.
        #expect(partial("bytes 0-99/1000", [], Judging.first(ByteRange(0, .max))).facts?.total == 1000)
        // A later request knows a version, so what it lacks is not made up.
        var later = Judging.later(total: nil)
        later.range.end = .max
        #expect(partial("bytes 100-199/*", [Self.tag], later).code == .rangeIgnored)
    }

    static let strong = Validator(entityTag: Judging.tag, lastModified: Judging.early)
    static let weak = Validator(entityTag: EntityTag(opaque: "\"v1\"", isWeak: true), lastModified: Judging.early)
    static let dated = Validator(lastModified: Judging.early, lastModifiedIsStrong: true)

    @Test(
        "the validator must not have changed",
        arguments: [
            (strong, [("ETag", "\"v1\"")], true),
            // A strong tag that is gone may be that of another version, whatever the date.
            (strong, [], false),
            // A strong tag that is the same outweighs a date that is not.
            (strong, [("ETag", "\"v1\""), ("Last-Modified", Judging.late)], true),
            (strong, [("ETag", "\"v2\"")], false),
            (strong, [("ETag", "\"V1\"")], false),
            (strong, [("ETag", "W/\"v1\"")], false),
            (strong, [("ETag", "v1")], false),
            (strong, [("Last-Modified", Judging.early)], false),
            (strong, [("Last-Modified", Judging.late)], false),
            (weak, [("ETag", "W/\"v1\""), ("Last-Modified", Judging.early)], true),
            (weak, [("ETag", "\"v1\"")], true),
            (weak, [], true),
            (weak, [("ETag", "W/\"v2\""), ("Last-Modified", Judging.early)], false),
            (weak, [("ETag", "W/\"v1\""), ("Last-Modified", Judging.late)], false),
            (dated, [("Last-Modified", Judging.early)], true),
            (dated, [("Last-Modified", "Sunday, 06-Nov-94 08:00:00 GMT")], true),
            (dated, [("Last-Modified", Judging.late)], false),
            (dated, [("Last-Modified", "yesterday")], false),
            (dated, [("ETag", "\"v9\"")], false),
            (Validator(), [("ETag", "\"v9\""), ("Last-Modified", Judging.late)], true),
        ] as [(Validator, Fields, Bool)])
    func validators(_ expected: Validator, _ fields: Fields, _ isSame: Bool) {
        let verdict = partial("bytes 100-199/1000", fields, Judging.later(expected))
        #expect(verdict.code == (isSame ? nil : .remoteChanged))
        #expect((verdict.range != nil) == isSame)
        // Where any version will do, nothing is compared.
        var any = Judging.later(expected)
        any.acceptsAnyVersion = true
        #expect(partial("bytes 100-199/1000", fields, any).range != nil)
    }

    @Test("a strong ETag that is gone is named as the change")
    func goneTag() {
        let gone = TransferError(.remoteChanged, "the file there has changed: it has no ETag any more")
        #expect(partial("bytes 100-199/1000", [], Judging.later()).error == gone)
        // Without a size too, for the version is judged first.
        #expect(partial("bytes 100-199/*", [], Judging.later(total: nil)).error == gone)
    }

    @Test(
        "the coding must not have changed",
        arguments: [
            (nil, "identity", true), (nil, "", true), (nil, "gzip", false), ("gzip", "GZIP", true),
            ("gzip", "br", false),
            ("gzip", nil, false), ("gzip, br", "gzip ,br", true),
        ] as [(String?, String?, Bool)])
    func codings(_ expected: String?, _ found: String?, _ isSame: Bool) {
        let fields = [Self.tag] + (found.map { [("Content-Encoding", $0)] } ?? [])
        let verdict = partial("bytes 100-199/1000", fields, Judging.later(encoding: expected))
        #expect(verdict.code == (isSame ? nil : .remoteChanged))
    }
}
