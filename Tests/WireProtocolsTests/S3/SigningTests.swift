import Testing
import TransferCore
import WireProtocols

@Suite("Signing")
struct SigningTests {
    private static let url = "https://examplebucket.s3.amazonaws.com/test.txt"

    private static func sign(
        _ headers: [HeaderField], url: String = url, credentials: S3Credentials = Signing.credentials,
        at time: WallTime = Signing.time
    ) throws -> HTTPRequest {
        SigV4.sign(
            HTTPRequest(method: "GET", url: url, headers: headers), payloadHash: SigV4.unsignedPayload,
            access: try Signing.access(credentials), at: time)
    }

    private static func signature(_ request: HTTPRequest) -> String? {
        Signing.value("Authorization", in: request)
    }

    @Test("a request can be signed again")
    func again() throws {
        let credentials = S3Credentials(accessKey: "A", secretKey: "s", sessionToken: "t")
        let once = try Self.sign([HeaderField("x-amz-acl", "private")], credentials: credentials)
        let twice = SigV4.sign(
            once, payloadHash: SigV4.unsignedPayload, access: try Signing.access(credentials), at: Signing.time)
        #expect(twice == once)
        let later = SigV4.sign(
            once, payloadHash: SigV4.emptyPayloadHash, access: try Signing.access(),
            at: Signing.time + .seconds(1))
        #expect(Signing.value("X-Amz-Date", in: later) == "20130524T000001Z")
        #expect(Signing.value("X-Amz-Content-Sha256", in: later) == SigV4.emptyPayloadHash)
        #expect(!later.headers.contains { $0.value == "t" })
    }

    @Test("a Date of the user's own is not sent beside X-Amz-Date")
    func date() throws {
        #expect(Signing.value("Date", in: try Self.sign([HeaderField("Date", "yesterday")])) == nil)
    }

    @Test("the standard port is not part of the host, another one is")
    func ports() throws {
        let plain = try Self.signature(Self.sign([]))
        #expect(try Self.signature(Self.sign([], url: "https://examplebucket.s3.amazonaws.com:443/test.txt")) == plain)
        #expect(try Self.signature(Self.sign([], url: "https://examplebucket.s3.amazonaws.com:80/test.txt")) != plain)
        let unsafe = try Self.signature(Self.sign([], url: "http://h/k"))
        #expect(try Self.signature(Self.sign([], url: "http://h:80/k")) == unsafe)
        #expect(try Self.signature(Self.sign([], url: "http://h:443/k")) != unsafe)
    }

    @Test("an address without a path has the path /")
    func emptyPath() throws {
        #expect(
            try Self.signature(Self.sign([], url: "https://h")) == Self.signature(Self.sign([], url: "https://h/")))
    }

    @Test("times before the epoch and beyond all calendars")
    func times() throws {
        let stamps = [
            (-1, "19691231T235959Z"), (1_709_251_199_999, "20240229T235959Z"), (Int64.max, "99991231T235959Z"),
            (Int64.min, "00010101T000000Z"),
        ]
        for (milliseconds, stamp) in stamps {
            let signed = try Self.sign([], at: WallTime(milliseconds: milliseconds))
            #expect(Signing.value("X-Amz-Date", in: signed) == stamp)
        }
    }

    @Test("an address is valid for a second at least and a week at most")
    func validity() throws {
        for (seconds, written) in [(0, "1"), (-5, "1"), (900, "900"), (604_801, "604800"), (Int.max, "604800")] {
            let request = SigV4.presign(
                method: "PUT", url: Self.url, expires: seconds, access: try Signing.access(), at: Signing.time)
            #expect(request.url.contains("&X-Amz-Expires=\(written)&"))
        }
    }

    @Test("what a presigned request must send is signed and given back")
    func pinned() throws {
        let fields = [
            HeaderField("Content-Length", "8"), HeaderField("x-amz-checksum-sha256", "AAAA"), HeaderField("B", "1"),
        ]
        func presign(_ fields: [HeaderField]) throws -> HTTPRequest {
            SigV4.presign(
                method: "PUT", url: Self.url + "?partNumber=1&uploadId=u", headers: fields, expires: 60,
                access: try Signing.access(S3Credentials(accessKey: "A", secretKey: "s", sessionToken: "a+b/=")),
                at: Signing.time)
        }
        let request = try presign(fields)
        #expect(request.headers == fields)
        #expect(
            request.url.hasPrefix(
                Self.url + "?partNumber=1&uploadId=u&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20130524"))
        #expect(request.url.contains("&X-Amz-SignedHeaders=b%3Bcontent-length%3Bhost%3Bx-amz-checksum-sha256&"))
        #expect(request.url.contains("&X-Amz-Security-Token=a%2Bb%2F%3D&X-Amz-Signature="))
        #expect(try presign([HeaderField("Content-Length", "9")] + fields.dropFirst()).url != request.url)
    }

    @Test(
        "no request is so odd that it could not be signed",
        arguments: ["", "h", "://", "https://", "ftp://\u{301}?&=&"])
    func oddAddresses(url: String) throws {
        #expect(try Self.sign([HeaderField("", ""), HeaderField("x-amz-", "\u{0}")], url: url).url == url)
    }

    @Test("descriptions show no secrets")
    func secrets() throws {
        let credentials = S3Credentials(accessKey: "AKIAEXAMPLE", secretKey: "SECRET", sessionToken: "TOKEN")
        var dumped = ""
        dump(try Signing.access(credentials), to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), "\(try Signing.access(credentials))", dumped] {
            #expect(text.contains("AKIA") && !text.contains("EXAMPLE"))
            #expect(!text.contains("SECRET") && !text.contains("TOKEN"))
        }
    }

    @Test("credentials end when their time has come")
    func expiry() {
        let credentials = S3Credentials(accessKey: "A", secretKey: "s", expiresAt: Signing.time)
        #expect(credentials.expire(by: Signing.time))
        #expect(!credentials.expire(by: WallTime(milliseconds: Signing.time.milliseconds - 1)))
        #expect(!Signing.credentials.expire(by: WallTime(milliseconds: .max)))
    }
}
