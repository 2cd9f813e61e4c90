import Testing
import TransferCore
import WireProtocols

@Suite("Content-Range")
struct ContentRangeTests {
    @Test(
        "well-formed",
        arguments: [
            ("bytes 0-0/1", .part(ByteRange(0, 1), total: 1)),
            ("bytes 0-499/1234", .part(ByteRange(0, 500), total: 1234)),
            ("BYTES 734-1233/1234", .part(ByteRange(734, 1234), total: 1234)),
            ("  bytes 1-2/3 ", .part(ByteRange(1, 3), total: 3)),
            ("bytes 42-1233/*", .part(ByteRange(42, 1234), total: nil)),
            ("bytes */1234", .unsatisfied(total: 1234)),
            ("bytes */0", .unsatisfied(total: 0)),
            (
                "bytes 9223372036854775805-9223372036854775806/9223372036854775807",
                .part(ByteRange(.max - 2, .max), total: .max)
            ),
        ] as [(String, ContentRange)])
    func reads(_ text: String, _ expected: ContentRange) {
        #expect(ContentRange.parse(text) == expected)
    }

    @Test(
        "malformed, contradictory or too large",
        arguments: [
            "", "bytes", "bytes ", "bytes 0-0", "bytes 0-0/", "bytes /1", "bytes -/1", "bytes 0-/1", "bytes -0/1",
            "bytes */*", "bytes */", "bytes *-*/1", "bytes 2-1/3", "bytes 0-1/1", "bytes 5-5/5", "bytes 0-0/0",
            "bytes=0-0/1", "bytes: 0-0/1", "bytes  0-0/1", "bytes\t0-0/1", "bytes 0 -0/1", "bytes 0- 0/1",
            "bytes 0-0 /1", "bytes 0-0/ 1", "bytes +0-0/1", "bytes 0-+0/1", "bytes 0-0/+1", "bytes -1-0/1",
            "bytes 0--0/1", "bytes 0-0/-1", "bytes 0-0/1/1", "bytes 0-0-0/1", "bytes 0x0-0/1", "items 0-0/1",
            "octets 0-0/1", "0-0/1", "bytes 0-0/9223372036854775808", "bytes 0-9223372036854775807/*",
            "bytes 0-99999999999999999999/*", "bytes 99999999999999999999-0/*", "bytes */99999999999999999999",
            "bytes \u{0660}-\u{0660}/\u{0661}", "bytes 0-0/1, bytes 0-0/1", "bytes 0\u{0}-0/1",
        ])
    func refuses(_ text: String) {
        #expect(ContentRange.parse(text) == nil)
    }
}

@Suite("ETag")
struct EntityTagTests {
    @Test(
        "well-formed and nearly so",
        arguments: [
            ("\"xyzzy\"", "\"xyzzy\"", false), ("W/\"xyzzy\"", "\"xyzzy\"", true), ("\"\"", "\"\"", false),
            ("  \"a\"\t", "\"a\"", false), ("\"a'b\\c!#~\"", "\"a'b\\c!#~\"", false),
            // Not well-formed: kept as they came, and weak.
            ("xyzzy", "xyzzy", true), ("W/xyzzy", "xyzzy", true), ("w/\"a\"", "w/\"a\"", true),
            ("\"a", "\"a", true), ("a\"", "a\"", true), ("\"", "\"", true), ("\"a b\"", "\"a b\"", true),
            ("\"a\"b\"", "\"a\"b\"", true), ("\"a\", \"b\"", "\"a\", \"b\"", true), ("\"é\"", "\"é\"", true),
        ] as [(String, String, Bool)])
    func reads(_ text: String, _ opaque: String, _ isWeak: Bool) throws {
        let tag = try #require(EntityTag.parse(text))
        #expect(tag == EntityTag(opaque: opaque, isWeak: isWeak))
        #expect(EntityTag.parse(tag.fieldValue) == tag)
    }

    @Test(
        "nothing or a control character",
        arguments: ["", "  ", "W/", "\"a\u{1b}\"", "\"a\r\nb\"", "\"\u{7f}\"", "a\u{85}b", "\"\0\""])
    func refuses(_ text: String) {
        #expect(EntityTag.parse(text) == nil)
    }
}

@Suite("Content-Disposition")
struct ContentDispositionTests {
    @Test(
        "names",
        arguments: [
            ("attachment; filename=example.txt", "example.txt"),
            ("attachment; filename=\"an example.txt\"", "an example.txt"),
            ("INLINE; FILENAME= \"a\"", "a"),
            ("attachment;filename=a;foo=bar", "a"),
            ("attachment; filename=\"a;b=c.txt\"; x=y", "a;b=c.txt"),
            ("attachment; filename=\"a\\\"b\\\\c\"", "a\"b\\c"),
            ("attachment; filename=\"../../etc/passwd\"", "../../etc/passwd"),
            ("attachment; filename*=UTF-8''%e2%82%ac%20rates", "€ rates"),
            ("attachment; filename*=utf-8'en'x", "x"),
            ("attachment; filename*=iso-8859-1'en'%A3%20rates", "£ rates"),
            ("attachment; filename=\"EURO rates\"; filename*=utf-8''%e2%82%ac%20rates", "€ rates"),
            ("attachment; filename*=UTF-8''%e2%82%ac; filename=b", "€"),
            ("attachment; filename*=\"UTF-8''a%20b\"", "a b"),
            ("attachment; filename=\"naïve.txt\"", "naïve.txt"),
            ("attachment; filename=a;", "a"), ("attachment; ; filename=a", "a"),
            // The extended form is broken: the plain one counts.
            ("attachment; filename=b; filename*=UTF-8''%zz", "b"),
            ("attachment; filename=b; filename*=UTF-8''%f", "b"),
            ("attachment; filename=b; filename*=UTF-8''%ff", "b"),
            ("attachment; filename=b; filename*=KOI8-R''a", "b"),
            ("attachment; filename=b; filename*=UTF-8'a", "b"),
            ("attachment; filename=b; filename*=UTF-8''", "b"),
            ("attachment; filename=\"%41.txt\"", "%41.txt"),
        ])
    func reads(_ text: String, _ expected: String) {
        #expect(ContentDisposition.fileName(text) == expected)
    }

    @Test(
        "no name, or broken",
        arguments: [
            "", ";", "attachment", "attachment; filename", "attachment; filename=", "attachment; filename=\"\"",
            "attachment; filename=\"a", "attachment; filename=\"a\\", "attachment; filename=\"a\"b",
            "attachment; filename=a b", "attachment; filename=a; filename=b", "attachment; =a", "attachment filename=a",
            "; filename=a", "filename=a", "\"attachment\"; filename=a", "attachment; filename=é",
            "attachment; filename*=UTF-8''%ff", "attachment; filename*=a", "attachment, filename=a",
            "attachment; filename=a/b", "attachment; filename=\0",
        ])
    func refuses(_ text: String) {
        #expect(ContentDisposition.fileName(text) == nil)
    }
}

@Suite("Digest fields")
struct DigestsTests {
    static let base64 = "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="
    static let hex = "5f8f04f6a3a892aaabbddb6cf273894493773960d4a325b105fee46eef4304f1"

    @Test(
        "SHA-256 is found",
        arguments: [
            ["sha-256=:\(base64):"],
            ["  sha-256=:\(base64):  "],
            ["sha-512=:AAAA:, sha-256=:\(base64):"],
            ["sha-256=:\(base64):,md5=:AAAA:"],
            ["sha-256=:\(base64):;a;b=1;c=\"x\\\"y\";*d=?0, e=(1 2.5 tok \"s\";q :AA==:);f, g, h=@12, i=-3"],
            ["md5=:AAAA:", "sha-256=:\(base64):"],
            // The last of two counts, and padding may be missing.
            ["sha-256=:AAAA:, sha-256=:\(base64):"],
            ["sha-256=:\(base64.dropLast()):"],
        ])
    func reads(_ lines: [String]) {
        #expect(Digests.sha256(lines) == Self.hex)
    }

    @Test(
        "absent or malformed",
        arguments: [
            "", ",", "sha-256", "sha-256=", "sha-256=:", "sha-256=::", "sha-256=:AAAA:", "sha-256=\(base64)",
            "sha-256=\"\(base64)\"", "SHA-256=:\(base64):", "SHA-256=\(base64)", "sha-256 = :\(base64):",
            "sha-256=:\(base64)", "sha-256=:\(base64):x", "sha-256=:\(base64):,", "sha-256=:\(base64):,,a",
            "sha-256=:\(base64)=:", "sha-256=:\(base64.dropFirst()):", "sha-256=: \(base64):",
            "sha-256=:\(base64.replacing("X", with: "-")):", "sha-256=:\(base64):, md5=:*:",
            "sha-256=:\(base64):, a=1.", "sha-256=:\(base64):, a=1.2345", "sha-256=:\(base64):, a=1234567890123456",
            "sha-256=:\(base64):, a=(1", "sha-256=:\(base64):, a=(1,2)", "sha-256=:\(base64):, a=\"x",
            "sha-256=:\(base64):, a=\"\\x\"", "sha-256=:\(base64):;", "sha-256=:\(base64):;a=", "md5=:AAAA:",
            "sha-256=:\(base64):, a=?2", "sha-256=:\(base64):, a=é", "sha-256=:\(base64):, a=-", "sha-256=:A:",
            "sha-256=:\(base64):, a=1234567890123.1", "sha-256=:\(base64):, a=@1.5", "sha-256=(:\(base64):)",
        ])
    func refuses(_ line: String) {
        #expect(Digests.sha256(line) == nil)
    }

    @Test("no field at all")
    func none() {
        #expect(Digests.sha256([String]()) == nil)
    }
}
