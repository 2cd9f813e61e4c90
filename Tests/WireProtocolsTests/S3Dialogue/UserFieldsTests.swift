import Testing
@testable import TransferCore
@testable import WireProtocols

@Suite("The user's fields in requests to an object store")
struct UserFieldsTests {
    private static let creating: Set<S3Operation> = [.createMultipartUpload, .putObject]
    private static let withKey: Set<S3Operation> = [
        .createMultipartUpload, .uploadPart, .listParts, .completeMultipartUpload, .putObject, .headObject, .getObject,
    ]

    @Test(
        "go where they belong",
        arguments: [
            ("x-amz-storage-class", creating), ("X-Amz-Meta-Author", creating), ("x-amz-acl", creating),
            ("x-amz-tagging", creating), ("x-amz-server-side-encryption", creating),
            ("x-amz-server-side-encryption-aws-kms-key-id", creating), ("Cache-Control", creating),
            ("Content-Type", creating), ("content-encoding", creating), ("Content-Disposition", creating),
            ("x-amz-server-side-encryption-customer-key", withKey),
            ("x-amz-server-side-encryption-customer-key-MD5", withKey),
            ("x-amz-request-payer", Set(S3Operation.allCases)),
            ("x-amz-expected-bucket-owner", Set(S3Operation.allCases)),
            ("X-Tenant", Set(S3Operation.allCases)), ("User-Agent", Set(S3Operation.allCases)),
            ("Authorization", []), ("x-amz-date", []), ("X-Amz-Security-Token", []), ("x-amz-content-sha256", []),
            ("x-amz-checksum-sha256", []), ("x-amz-checksum-algorithm", []), ("x-amz-copy-source", []),
            ("x-amz-mp-object-size", []), ("Content-MD5", []), ("Date", []), ("If-None-Match", []), ("If-Match", []),
            ("If-Modified-Since", []), ("if-unmodified-since", []), ("Range", []),
        ] as [(String, Set<S3Operation>)])
    func places(name: String, operations: Set<S3Operation>) {
        let field = HeaderField(name, "v")
        let found = S3Operation.allCases.filter { S3UserFields.fields([field], for: $0) == [field] }
        #expect(Set(found) == operations)
    }

    @Test("are signed as far as they begin with x-amz, and take the place of ours")
    func signed() {
        var conversation = Storing.converse(Storing.registration()) {
            $0.headers = [
                HeaderField("x-amz-storage-class", "GLACIER"), HeaderField("Content-Type", "text/plain"),
                HeaderField("User-Agent", "me"), HeaderField("Authorization", "Basic x"),
                HeaderField("X-Bad", "a\r\nb: c"),
            ]
        }
        #expect(conversation.run([ScriptedAnswer(404), Storing.created()]).address == Storing.multipart)
        #expect(conversation.field("x-amz-storage-class", of: 0) == nil)
        #expect(conversation.field("User-Agent", of: 0) == "me")
        let types = conversation.sent[1].request.headers.filter { $0.name == "Content-Type" }.map(\.value)
        #expect(types == ["text/plain"])
        let authorizations = conversation.sent[1].request.headers.filter { $0.name == "Authorization" }.map(\.value)
        #expect(authorizations.count == 1)
        #expect(
            authorizations.first?.contains(
                "SignedHeaders=content-type;host;x-amz-checksum-algorithm;x-amz-checksum-type;x-amz-content-sha256;"
                    + "x-amz-date;x-amz-storage-class,") == true)
        #expect(conversation.field("X-Bad", of: 1) == nil)
    }

    @Test("are not what a part or the end of an upload is said to be")
    func contentType() {
        var conversation = Storing.converse(
            .complete(sha256: nil, receipts: Storing.receipts), address: Storing.multipart
        ) { $0.headers = [HeaderField("content-type", "text/plain")] }
        #expect(conversation.run([Storing.parts(Storing.allParts), Storing.completed()]) == .completed(sha256: nil))
        #expect(conversation.asked == [Storing.list, Storing.complete])
    }

    @Test("ours")
    func ours() {
        var conversation = Storing.converse(Storing.registration())
        _ = conversation.run([ScriptedAnswer(404)])
        #expect(conversation.field("User-Agent", of: 0) == "carryon/1")
        #expect(conversation.field("Accept-Encoding", of: 0) == "identity")
    }
}
