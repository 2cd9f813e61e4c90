import Synchronization
import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import UploadServer

/// What goes to the store, and what its answers mean.
@Suite struct S3ObjectStoreTests {
    private let clock = ManualClock()
    private let location: S3Location
    private let upload: StoreUpload

    init() throws {
        location = try S3Location(bucket: "bucket", key: "in/a b")
        upload = StoreUpload(location: location, uploadID: "u/1", hasChecksums: true)
    }

    /// Runs `body` with a store that gives these answers, and returns what it was asked.
    @discardableResult
    private func asking(
        _ answers: [HTTPAnswer], access: FakeAccess = FakeAccess(), _ body: (S3ObjectStore) async throws -> Void
    ) async throws -> [ScriptedClient.Sent] {
        let client = ScriptedClient(answers)
        let settings = ObjectStoreSettings(
            location: location, endpoint: try S3Endpoint(url: "http://store.test", region: nil), access: access,
            options: StoreOptions(), client: client)
        try await body(S3ObjectStore(settings, clock: clock))
        return client.sent
    }

    private func list(_ name: String, _ content: String) -> HTTPAnswer {
        HTTPAnswer(200, "<\(name)>\(content)</\(name)>")
    }

    private static let begun = HTTPAnswer(
        200, "<InitiateMultipartUploadResult><UploadId>u/1</UploadId></InitiateMultipartUploadResult>")

    // MARK: Beginning

    @Test func anUploadBeginsWithChecksums() async throws {
        let sent = try await asking([Self.begun]) { store async throws in
            let begun = try await store.createUpload(to: location) { _ in }
            #expect(begun == upload)
        }
        let request = try #require(sent.first)
        #expect(request.request.method == "POST")
        #expect(request.target == "/bucket/in/a%20b?uploads=")
        #expect(request["x-amz-checksum-algorithm"] == "SHA256")
        #expect(request["x-amz-checksum-type"] == "COMPOSITE")
        #expect(request["Authorization"]?.contains("/us-east-1/s3/aws4_request") == true)
    }

    @Test func aStoreWithoutChecksumsIsNotAskedAgain() async throws {
        let answers = [HTTPAnswer.error(501, "NotImplemented"), Self.begun, Self.begun]
        let sent = try await asking(answers) { store async throws in
            let tries = Mutex<[Bool]>([])
            for _ in 0..<2 {
                let begun = try await store.createUpload(to: location) { flag in tries.withLock { $0.append(flag) } }
                #expect(!begun.hasChecksums)
            }
            #expect(tries.withLock { $0 } == [true, false, false])
        }
        #expect(sent.map { $0["x-amz-checksum-algorithm"] } == ["SHA256", nil, nil])
    }

    /// It says that it cannot do something, and checksums were none of it.
    @Test func aRequestWithoutChecksumsSaysNothingAboutThem() async throws {
        let refused = HTTPAnswer.error(501, "NotImplemented")
        let sent = try await asking([refused, HTTPAnswer(404), HTTPAnswer(200), Self.begun]) { store async throws in
            try await store.putEmpty(at: location)
            let begun = try await store.createUpload(to: location) { _ in }
            #expect(begun.hasChecksums)
        }
        #expect(sent.map(\.request.method) == ["PUT", "HEAD", "PUT", "POST"])
    }

    /// A request to begin that went out twice would begin two.
    @Test func requestsHaveLimits() async throws {
        let done = list("CompleteMultipartUploadResult", "<ETag>t</ETag>")
        let sent = try await asking([Self.begun, done, HTTPAnswer(204)]) { store async throws in
            _ = try await store.createUpload(to: location) { _ in }
            try await store.complete(upload, [], size: 0)
            try await store.abort(upload)
        }
        #expect(sent.map(\.options.timeout) == [.seconds(20), .seconds(120), .seconds(20)])
        #expect(sent.map(\.options.needsFreshConnection) == [true, false, false])
    }

    // MARK: Lists

    @Test func allPagesOfPartsAreRead() async throws {
        let part = { (number: Int) in
            "<Part><PartNumber>\(number)</PartNumber><ETag>&#34;t\(number)&#34;</ETag><Size>5</Size></Part>"
        }
        let answers = [
            list("ListPartsResult", "<IsTruncated>true</IsTruncated>" + part(1) + part(3)),
            list("ListPartsResult", "<IsTruncated>false</IsTruncated>" + part(4)),
        ]
        let sent = try await asking(answers) { store async throws in
            let parts = try await store.parts(of: upload)
            #expect(parts.map(\.number) == [1, 3, 4])
            #expect(parts.map(\.entityTag) == ["\"t1\"", "\"t3\"", "\"t4\""])
        }
        #expect(
            sent.map(\.target) == [
                "/bucket/in/a%20b?uploadId=u%2F1", "/bucket/in/a%20b?uploadId=u%2F1&part-number-marker=3",
            ])
    }

    @Test func aListWithoutAnEndIsNone() async throws {
        let page = list(
            "ListPartsResult",
            "<IsTruncated>true</IsTruncated><Part><PartNumber>1</PartNumber><ETag>t</ETag><Size>5</Size></Part>")
        try await asking([page, page]) { store async throws in
            let error = await #expect(throws: TransferError.self) { try await store.parts(of: upload) }
            #expect(error?.code == .badResponse)
        }
    }

    @Test func onlyUploadsToThatKeyAreFound() async throws {
        let entry = { (key: String, id: String) in
            "<Upload><Key>\(key)</Key><UploadId>\(id)</UploadId><Initiated>2023-11-14T22:13:20Z</Initiated></Upload>"
        }
        let start = "<EncodingType>url</EncodingType>"
        let answers = [
            list(
                "ListMultipartUploadsResult",
                start + "<IsTruncated>true</IsTruncated><NextUploadIdMarker>b</NextUploadIdMarker>"
                    + entry("in/a+b", "a") + entry("in/a+bc", "b")),
            list("ListMultipartUploadsResult", start + entry("in/a%20b", "c")),
        ]
        let sent = try await asking(answers) { store async throws in
            let time = WallTime(milliseconds: 1_700_000_000_000)
            #expect(
                try await store.uploads(to: location) == [
                    UnfinishedUpload(uploadID: "a", initiated: time), UnfinishedUpload(uploadID: "c", initiated: time),
                ])
        }
        #expect(
            sent.map(\.target) == [
                "/bucket?prefix=in%2Fa%20b&uploads=", "/bucket?prefix=in%2Fa%20b&uploads=&upload-id-marker=b",
            ])
    }

    /// They are compared with times of the clock here.
    @Test func uploadsBeginByTheClockHere() async throws {
        let upload =
            "<Upload><Key>in/a b</Key><UploadId>u</UploadId><Initiated>2023-11-14T23:13:00Z</Initiated></Upload>"
        var answer = list("ListMultipartUploadsResult", upload)
        // An hour ahead.
        answer.head.fields.append(HeaderField("Date", "Tue, 14 Nov 2023 23:13:20 GMT"))
        let answers = [answer]
        try await asking(answers) { store async throws in
            #expect(try await store.uploads(to: location).map(\.initiated) == [clock.wallTime() + .seconds(-20)])
        }
    }

    /// To Swift, two ways to write an é are one string; to stores they are two keys.
    @Test func keysAreComparedByteByByte() async throws {
        let entry = { (key: String) in "<Upload><Key>\(key)</Key><UploadId>u</UploadId></Upload>" }
        let answer = list("ListMultipartUploadsResult", entry("e\u{301}") + entry("\u{e9}"))
        try await asking([answer]) { store async throws in
            let place = try S3Location(bucket: "bucket", key: "\u{e9}")
            #expect(try await store.uploads(to: place).count == 1)
        }
    }

    /// Some stores say that they have encoded the keys, and have not: encoding is asked for where XML needs it.
    @Test(arguments: [("a+b", "prefix=a%2Bb&uploads="), ("a\u{1}", "encoding-type=url&prefix=a%01&uploads=")])
    func keysAreEncodedWhereTheyNeedIt(key: String, query: String) async throws {
        let sent = try await asking([list("ListMultipartUploadsResult", "")]) { store async throws in
            _ = try await store.uploads(to: S3Location(bucket: "bucket", key: key))
        }
        #expect(sent.map(\.target) == ["/bucket?\(query)"])
    }

    @Test func anUnknownUploadIsKnownAsSuch() async throws {
        let known = list("ListPartsResult", "<IsTruncated>false</IsTruncated>")
        let sent = try await asking([known, .error(404, "NoSuchUpload"), .error(503, "SlowDown")]) {
            store async throws in
            #expect(try await store.isKnown(upload))
            #expect(try await !store.isKnown(upload))
            await #expect(throws: TransferError.self) { try await store.isKnown(upload) }
        }
        #expect(sent.first?.target.hasSuffix("&max-parts=1") == true)
    }

    // MARK: Ends

    private static let parts = [
        S3Part(number: 1, size: 5, entityTag: "\"t\"", checksums: [.sha256: String(repeating: "00", count: 32)])
    ]

    @Test func completingNamesEveryPart() async throws {
        let done = list("CompleteMultipartUploadResult", "<ETag>x</ETag>")
        let sent = try await asking([done, done]) { store async throws in
            try await store.complete(upload, Self.parts, size: 5)
            try await store.complete(
                StoreUpload(location: location, uploadID: "u/1", hasChecksums: false), Self.parts, size: 5)
        }
        #expect(sent[0]["If-None-Match"] == "*")
        #expect(sent[0]["x-amz-mp-object-size"] == "5")
        #expect(sent[0]["Content-Type"] == "application/xml")
        let bodies = sent.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(bodies[0].contains("<ChecksumSHA256>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</ChecksumSHA256>"))
        #expect(bodies[1].contains("<ETag>&quot;t&quot;</ETag>"))
        #expect(!bodies[1].contains("Checksum"))
    }

    @Test(arguments: [
        (HTTPAnswer.error(200, "InternalError"), TransferError.Code.serverError),
        (.error(404, "NoSuchUpload"), .uploadLost), (.error(412, "PreconditionFailed"), .remoteNameTaken),
        (.error(409, "ConditionalRequestConflict"), .remoteConflict), (.error(400, "InvalidPart"), .incomplete),
        (HTTPAnswer(200, "<html/>"), .badResponse), (HTTPAnswer(200), .badResponse),
    ])
    func anythingElseIsNoCompletion(answer: HTTPAnswer, code: TransferError.Code) async throws {
        try await asking([answer]) { store async throws in
            let error = await #expect(throws: TransferError.self) {
                try await store.complete(upload, Self.parts, size: 5)
            }
            #expect(error?.code == code)
        }
    }

    /// A store that knows no conditions is asked before, and nothing is replaced.
    @Test(arguments: [true, false]) func withoutConditionsThereIsALookBefore(isThere: Bool) async throws {
        let answers = [
            HTTPAnswer.error(501, "NotImplemented"),
            isThere ? HTTPAnswer(200, "", ["Content-Length": "5"]) : HTTPAnswer(404),
            list("CompleteMultipartUploadResult", ""),
        ]
        let sent = try await asking(answers) { store async throws in
            let result = await Result.catching { try await store.complete(upload, Self.parts, size: 5) }
            if isThere {
                let error = #expect(throws: TransferError.self) { try result.get() }
                #expect(error?.code == .remoteNameTaken)
            } else {
                try result.get()
            }
        }
        #expect(sent.map(\.request.method) == (isThere ? ["POST", "HEAD"] : ["POST", "HEAD", "POST"]))
        #expect(sent.last?["If-None-Match"] == nil)
    }

    @Test func anEmptyObjectIsPut() async throws {
        let sent = try await asking([HTTPAnswer(200)]) { try await $0.putEmpty(at: location) }
        #expect(sent[0].request.method == "PUT")
        #expect(sent[0]["If-None-Match"] == "*")
        #expect(sent[0].body.isEmpty)
    }

    @Test func whatHasEndedNeedNoEnd() async throws {
        let sent = try await asking([HTTPAnswer(204), .error(404, "NoSuchUpload"), .error(403, "AccessDenied")]) {
            try await $0.abort(upload)
            try await $0.abort(upload)
            let store = $0
            let error = await #expect(throws: TransferError.self) { try await store.abort(upload) }
            #expect(error?.code == .forbidden)
        }
        #expect(sent[0].request.method == "DELETE")
        #expect(sent[0].target == "/bucket/in/a%20b?uploadId=u%2F1")
    }

    @Test func anObjectIsLookedAt() async throws {
        let sum = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        let answers = [
            HTTPAnswer(
                200, "",
                [
                    "Content-Length": "7", "Etag": "\"e-2\"", "x-amz-checksum-sha256": "\(sum)-2",
                    "x-amz-checksum-type": "COMPOSITE",
                ]), HTTPAnswer(404), HTTPAnswer(200), HTTPAnswer(403),
        ]
        let sent = try await asking(answers) { store async throws in
            let object = try #require(try await store.object(at: location))
            #expect(object.size == 7)
            #expect(object.entityTag == "\"e-2\"")
            #expect(object.checksums.map(\.value) == ["\(ChunkDigest.ofEmpty)"])
            #expect(try await store.object(at: location) == nil)
            for _ in 0..<2 {
                await #expect(throws: TransferError.self) { try await store.object(at: location) }
            }
        }
        #expect(sent[0].request.method == "HEAD")
        #expect(sent[0]["x-amz-checksum-mode"] == "ENABLED")
    }
}

extension Result where Failure == any Error {
    /// What came of it.
    static func catching(_ body: () async throws -> Success) async -> Result {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
