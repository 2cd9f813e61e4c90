import TransferCore
import Testing
import WireProtocols

/// The requests of a download from an object store, and what follows from their answers.
@Suite struct StoreDownloadTests {
    @Test func theObjectIsLookedAtBeforeItsFirstRange() throws {
        var download = try StoreDownload()
        let question = download.next()
        #expect(question.isQuestion)
        let head = try #require(question.request)
        #expect(head.method == "HEAD")
        #expect(head.url == "https://store.example/photos/2026/a%20b%3Fc.bin")
        #expect(head["x-amz-checksum-mode"] == "ENABLED")
        #expect(head["Accept-Encoding"] == "identity")
        let (status, fields) = StoreDownload.object()
        let step = download.answer(status, fields)
        #expect(!step.isQuestion)
        let get = try #require(step.request)
        #expect(get.method == "GET")
        #expect(get.url == head.url)
        #expect(get["Range"] == "bytes=0-999")
        #expect(get["If-Match"] == StoreDownload.tag)
        #expect(get["User-Agent"] == "carryon/1")
        #expect(get["Want-Repr-Digest"] == nil)
        #expect(get["x-amz-checksum-mode"] == nil)
        for request in [head, get] {
            let authorization = try #require(request["Authorization"])
            #expect(authorization.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/19941106/here-1/s3/aws4_request,"))
            #expect(request["X-Amz-Date"] == "19941106T084937Z")
        }
    }

    @Test func ofAKnownVersionOnlyBytesAreAskedFor() throws {
        let tag = EntityTag(opaque: StoreDownload.tag, isWeak: false)
        var download = try StoreDownload(range: ByteRange(1000, 2000), known: true, precondition: .ifMatch(tag))
        let step = download.next()
        #expect(!step.isQuestion)
        #expect(step.request?["Range"] == "bytes=1000-1999")
        #expect(step.request?["If-Match"] == StoreDownload.tag)
        let range = [("Content-Range", "bytes 1000-1999/2500")]
        #expect(download.judge(206, range + [("ETag", StoreDownload.tag)]).range == ByteRange(1000, 2000))
        #expect(download.judge(206, range + [("ETag", "\"v2\"")]).code == .remoteChanged)
    }

    @Test func aRangeWithoutEndIsAskedForOpenly() throws {
        var download = try StoreDownload(range: ByteRange(0, .max), known: true)
        #expect(download.next().request?["Range"] == "bytes=0-")
    }

    @Test func partsAreAskedForByNumber() throws {
        var download = try StoreDownload()
        _ = download.next()
        let first = download.answer(200, StoreDownload.object(["x-amz-checksum-crc32": "y/Q5Jg==-3"]).1)
        #expect(first.request?.method == "HEAD")
        #expect(first.request?.url.hasSuffix("/a%20b%3Fc.bin?partNumber=1") == true)
        let (status, fields) = StoreDownload.part(0, 999)
        #expect(download.answer(status, fields).request?.url.hasSuffix("?partNumber=3") == true)
    }

    @Test func theUsersFieldsGoAlongAndAreSigned() throws {
        var download = try StoreDownload(headers: [
            HeaderField("x-amz-request-payer", "requester"), HeaderField("X-Amz-Checksum-Mode", "none"),
            HeaderField("Authorization", "Basic eA=="), HeaderField("User-Agent", "mine"),
        ])
        let request = try #require(download.next().request)
        #expect(request["x-amz-request-payer"] == "requester")
        #expect(request["User-Agent"] == "mine")
        let modes = ResponseHead(status: 0, fields: request.headers).values(of: "x-amz-checksum-mode")
        #expect(modes == ["ENABLED"])
        let authorization = ResponseHead(status: 0, fields: request.headers).values(of: "Authorization")
        #expect(authorization.count == 1)
        #expect(authorization.first?.contains("x-amz-request-payer") == true)
        let get = try #require(download.answer(200, StoreDownload.object().1).request)
        #expect(get["x-amz-request-payer"] == "requester")
    }

    /// A proxy, a hotel, or a web server that is no store: it has a page for every key.
    @Test(arguments: ["0", "39"])
    func aPageIsNoObject(_ length: String) throws {
        var download = try StoreDownload()
        _ = download.next()
        let step = download.answer(200, [("Content-Length", length), ("Content-Type", "text/html")])
        guard case .done(.rejected(let error, _, _)) = step else {
            Issue.record("\(step)")
            return
        }
        #expect(error.code == .unsupported)
        // Or one that refuses HEAD and has no ranges.
        for status in [200, 206] {
            let verdict = download.judge(status, [("Content-Length", "39"), ("Content-Range", "bytes 0-38/39")])
            guard case .rejected(let error, _, _) = verdict else {
                Issue.record("\(verdict)")
                return
            }
            #expect(error.code == .unsupported)
        }
    }

    @Test func anEmptyObjectNeedsNoBytes() throws {
        var download = try StoreDownload()
        _ = download.next()
        let step = download.answer(200, [("Content-Length", "0"), ("ETag", "\"e\"")])
        guard case .done(.empty(let facts)) = step else {
            Issue.record("\(step)")
            return
        }
        #expect(facts.total == 0)
        #expect(facts.validator.entityTag?.opaque == "\"e\"")
        #expect(facts.suggestedName == "a b?c.bin")
    }

    @Test func theNameIsTheLastSegmentOfTheKey() throws {
        let cases = [
            ("s3://b/a/%20#?.txt", "%20#?.txt"), ("s3://b/..", "download"), ("s3://b/a/.x", ".x"),
            ("s3://b/a\u{1B}[31m", "a[31m"),
        ]
        for (source, name) in cases {
            var download = try StoreDownload(source: source)
            let fields = [("Content-Disposition", "attachment; filename=other")]
            let facts = download.facts([(200, StoreDownload.object().1 + fields)])
            #expect(facts?.suggestedName == name)
        }
    }

    @Test(arguments: ["s3://b", "s3://b/", "s3://b/folder/", "s3://", "s3:///k"])
    func aFolderIsNoObject(_ source: String) throws {
        var download = try StoreDownload(source: source)
        #expect(download.next().error?.code == .malformed)
    }

    @Test func withoutAccessItIsLookedUp() throws {
        var download = try StoreDownload()
        let access = download.memory.access
        download.memory.access = nil
        #expect(download.next() == .needsAccess(isReload: false))
        download.memory.access = access
        #expect(download.next().isQuestion)
    }

    @Test func aLengthThatIsNotToldIsFoundOutWithTheBytes() throws {
        var download = try StoreDownload()
        let facts = download.facts([(200, [("ETag", StoreDownload.tag), ("x-amz-checksum-crc32", "y/Q5Jg==")])])
        #expect(facts?.total == StoreDownload.size)
        #expect(facts?.checksum == nil)
    }
}
