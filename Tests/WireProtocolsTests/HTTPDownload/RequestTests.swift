import Testing
import TransferCore
import WireProtocols

@Suite("Requests for a range")
struct RequestTests {
    let url = "https://h/x"

    @Test("the fields of a plain request")
    func plain() {
        let request = HTTPDownload.request(url: url, range: ByteRange(0, 1), version: "1.2")
        #expect(request.method == "GET")
        #expect(request.url == url)
        #expect(
            request.headers == [
                HeaderField("Range", "bytes=0-0"), HeaderField("Accept-Encoding", "identity"),
                HeaderField("Accept", "*/*"), HeaderField("User-Agent", "carryon/1.2"),
                HeaderField("Want-Repr-Digest", "sha-256=10"), HeaderField("Want-Content-Digest", "sha-256=10"),
            ])
    }

    @Test("ranges, open or not, up to the largest offset")
    func ranges() {
        #expect(value("Range", HTTPDownload.request(url: url, range: ByteRange(5, 10), version: "1")) == "bytes=5-9")
        let open = HTTPDownload.request(url: url, range: ByteRange(5, 5), openEnded: true, version: "1")
        #expect(value("Range", open) == "bytes=5-")
        let last = HTTPDownload.request(url: url, range: ByteRange(.max - 1, .max), version: "1")
        #expect(value("Range", last) == "bytes=9223372036854775806-9223372036854775806")
    }

    @Test("preconditions go out as they came")
    func preconditions() {
        let tag = Precondition.ifMatch(EntityTag(opaque: "\"x\"", isWeak: false))
        let match = HTTPDownload.request(url: url, range: ByteRange(0, 1), precondition: tag, version: "1")
        #expect(value("If-Match", match) == "\"x\"")
        #expect(value("If-Unmodified-Since", match) == nil)
        let date = Precondition.ifUnmodifiedSince("Sun, 06 Nov 1994 08:49:37 GMT")
        let since = HTTPDownload.request(url: url, range: ByteRange(0, 1), precondition: date, version: "1")
        #expect(value("If-Unmodified-Since", since) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(value("If-Match", since) == nil)
    }

    @Test("the user's fields replace standard ones, and stay at home when told to")
    func userHeaders() {
        let headers = [
            HeaderField("user-agent", "me"), HeaderField("ACCEPT", "application/octet-stream"),
            HeaderField("Authorization", "Bearer s"), HeaderField("X-A", "1"), HeaderField("X-A", "2"),
        ]
        let request = HTTPDownload.request(url: url, range: ByteRange(0, 1), headers: headers, version: "1")
        #expect(request.headers.suffix(5) == headers[...])
        #expect(request.headers.count { $0.name.lowercased() == "user-agent" } == 1)
        #expect(request.headers.count { $0.name.lowercased() == "accept" } == 1)
        let elsewhere = HTTPDownload.request(
            url: url, range: ByteRange(0, 1), headers: headers, sendsHeaders: false, wantsDigests: false, version: "1")
        #expect(
            elsewhere.headers == [
                HeaderField("Range", "bytes=0-0"), HeaderField("Accept-Encoding", "identity"),
                HeaderField("Accept", "*/*"), HeaderField("user-agent", "me"),
            ])
    }

    @Test("a field that was never checked cannot break the request")
    func unchecked() {
        let bad = [
            HeaderField("Range", "bytes=9-9"), HeaderField("A", "x\r\nHost: evil"), HeaderField("User-Agent", "\n"),
        ]
        let plain = HTTPDownload.request(url: url, range: ByteRange(0, 1), version: "1")
        #expect(HTTPDownload.request(url: url, range: ByteRange(0, 1), headers: bad, version: "1") == plain)
    }

    @Test(
        "fields a user may give",
        arguments: [
            ("Authorization", "Bearer x"), ("X-Api-Key", "a\tb c"), ("User-Agent", "me"), ("Accept", "a/b"),
            ("Cookie", ""), ("x!#$%&'*+-.^_`|~9", "é"), ("Rangefinder", "x"), ("Iffy", "x"),
        ])
    func accepts(_ name: String, _ value: String) throws {
        try HTTPDownload.validate(userHeader: HeaderField(name, value))
    }

    @Test(
        "fields a user may not give",
        arguments: [
            ("", "x"), (" ", "x"), ("A B", "x"), ("A:", "x"), ("A\n", "x"), ("É", "x"), ("A(", "x"), ("A\0", "x"),
            ("A", "x\r\nHost: evil"), ("A", "x\n"), ("A", "x\0"), ("A", "\u{1b}[m"), ("A", "\u{7f}"),
            ("Range", "bytes=0-"), ("rAnGe", "x"), ("If-Match", "x"), ("if-none-match", "x"), ("If-Range", "x"),
            ("If-Modified-Since", "x"), ("IF-UNMODIFIED-SINCE", "x"), ("If", "x"), ("Accept-Encoding", "gzip"),
            ("Host", "x"), ("Content-Length", "1"), ("Transfer-Encoding", "chunked"), ("Connection", "close"),
            ("TE", "x"),
            ("Expect", "x"), ("Upgrade", "h2c"), ("Trailer", "x"), ("Keep-Alive", "x"), ("Proxy-Connection", "x"),
            ("Content-Range", "x"), ("HTTP2-Settings", "x"),
        ])
    func refuses(_ name: String, _ value: String) throws {
        let error = try #require(throws: TransferError.self) {
            try HTTPDownload.validate(userHeader: HeaderField(name, value))
        }
        #expect(error.code == .malformed)
        #expect(!error.detail.description.contains("\n"))
    }

    @Test("a secret is never repeated in the error")
    func secrets() throws {
        for header in [HeaderField("Bearer s3cret", "x"), HeaderField("A", "s3cret\n"), HeaderField("Host", "s3cret")] {
            let error = try #require(throws: TransferError.self) { try HTTPDownload.validate(userHeader: header) }
            #expect(!error.detail.description.contains("s3cret"))
        }
    }

    private func value(_ name: String, _ request: HTTPRequest) -> String? {
        request.headers.first { $0.name == name }?.value
    }
}
