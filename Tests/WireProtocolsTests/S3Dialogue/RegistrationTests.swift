import Testing
@testable import TransferCore
@testable import WireProtocols

@Suite("Beginning an upload to an object store")
struct RegistrationTests {
    private let guardian = "HEAD "
    private let create =
        "POST ?uploads= \(Storing.bytes) [x-amz-checksum-algorithm: SHA256] [x-amz-checksum-type: COMPOSITE]"
    private let search = "GET /bucket?prefix=dir%2Fk&uploads="
    private let missing = ScriptedAnswer(404)
    private let beginning = UploadStatus(size: 250, chunkSize: 100, received: [], state: .inProgress)

    @Test("in parts")
    func multipart() {
        var conversation = Storing.converse(Storing.registration())
        let outcome = conversation.run([missing, Storing.created("U/1?")])
        #expect(conversation.asked == [guardian, create])
        #expect(outcome.address == "s3://bucket/dir/k?uploadId=U%2F1%3F&checksums=sha256")
        #expect(outcome.found == beginning)
    }

    @Test("in one request, of which the store hears later", arguments: [0, 1, 100] as [Int64])
    func object(size: Int64) {
        var conversation = Storing.converse(Storing.registration(size: size, isRepeated: true), size: size)
        let outcome = conversation.run([missing])
        #expect(conversation.asked == [guardian])
        #expect(outcome.address == Storing.object)
        #expect(outcome.found == UploadStatus(size: size, chunkSize: 100, received: [], state: .inProgress))
    }

    @Test("one byte more takes parts")
    func boundary() {
        var conversation = Storing.converse(Storing.registration(size: 101), size: 101)
        #expect(conversation.run([missing, Storing.created()]).address == Storing.multipart)
    }

    @Test("a key that is taken")
    func taken() {
        var conversation = Storing.converse(Storing.registration())
        #expect(conversation.run([ScriptedAnswer(200, ["ETag": "\"e\""])]).failure == .remoteNameTaken)
        // A hotel's page is there for every key.
        conversation = Storing.converse(Storing.registration())
        #expect(conversation.run([ScriptedAnswer(200, [:], "<html>")]).failure == .unsupported)
    }

    @Test("with leave to overwrite nobody looks")
    func overwriting() {
        var parts = Storing.converse(Storing.registration()) { $0.overwrite = true }
        #expect(parts.run([Storing.created()]).address == Storing.multipart)
        #expect(parts.asked == [create])
        var object = Storing.converse(Storing.registration(size: 7), size: 7) { $0.overwrite = true }
        #expect(object.run([]).address == Storing.object)
    }

    @Test("a store that lets write but not look")
    func forbiddenToLook() {
        var conversation = Storing.converse(Storing.registration())
        let outcome = conversation.run([ScriptedAnswer(403), .problem(403, "AccessDenied"), Storing.created()])
        #expect(conversation.asked == [guardian, "GET  [Range: bytes=0-0]", create])
        #expect(outcome.address == Storing.multipart)
    }

    @Test("a refusal without a reason is asked for one", arguments: [400, 401, 403])
    func reason(status: Int) {
        var conversation = Storing.converse(Storing.registration())
        let answers = [ScriptedAnswer(status), .problem(403, "SignatureDoesNotMatch", "it differs")]
        let outcome = conversation.run(answers)
        #expect(outcome.failure == .unauthorized)
        #expect(outcome.words?.contains("SignatureDoesNotMatch") == true)
    }

    @Test("a refusal that has none", arguments: [200, 206, 416, 403, 500])
    func noReason(status: Int) {
        var conversation = Storing.converse(Storing.registration())
        #expect(conversation.run([ScriptedAnswer(403), ScriptedAnswer(status)]).failure == .forbidden)
    }

    @Test("a reason that there is nothing after all")
    func missingAfterAll() {
        var conversation = Storing.converse(Storing.registration())
        let answers = [ScriptedAnswer(403), .problem(404, "NoSuchKey"), Storing.created()]
        #expect(conversation.run(answers).address == Storing.multipart)
    }

    @Test("a store that knows no checksums")
    func withoutChecksums() {
        var conversation = Storing.converse(Storing.registration())
        let outcome = conversation.run([
            missing, .problem(501, "NotImplemented", "A header you provided implies functionality"), Storing.created(),
        ])
        #expect(conversation.asked == [guardian, create, "POST ?uploads= \(Storing.bytes)"])
        #expect(outcome.address == Storing.generic)
    }

    @Test("a store that refuses even that")
    func refused() {
        var conversation = Storing.converse(Storing.registration())
        let refusal = ScriptedAnswer.problem(501, "NotImplemented")
        #expect(conversation.run([missing, refusal, refusal]).failure == .unsupported)
    }

    @Test("an answer that is none", arguments: ["", "<html/>", "<InitiateMultipartUploadResult/>"])
    func badAnswer(body: String) {
        var conversation = Storing.converse(Storing.registration())
        #expect(conversation.run([missing, ScriptedAnswer(200, [:], body)]).failure == .badResponse)
    }

    // MARK: Again

    private func again(_ answers: [ScriptedAnswer], offset: Duration = .zero) -> (Conversation, UploadReport.Outcome?) {
        var memory = Storing.memory
        memory.clockOffset = offset
        var conversation = Storing.converse(Storing.registration(isRepeated: true), memory: memory)
        let outcome = conversation.run([missing] + answers)
        return (conversation, outcome)
    }

    @Test("an upload that nobody was told of is taken over, the newest first")
    func adopted() {
        let (conversation, outcome) = again([
            Storing.uploads([
                ("old", "dir/k", "1994-11-06T08:34:36Z"), ("first", "dir/k", "1994-11-06T08:40:00.000Z"),
                ("other", "dir/k2", "1994-11-06T08:50:00Z"), ("second", "dir/k", "1994-11-06T08:50:00Z"),
                ("third", "dir/k", "1994-11-06T08:34:37Z"),
            ]),
            Storing.parts([Storing.part(1, tag: "x")]), Storing.gone,
            Storing.parts([], more: "<ChecksumAlgorithm>SHA256</ChecksumAlgorithm>"),
        ])
        #expect(
            conversation.asked == [
                guardian, search, "GET ?uploadId=second", "GET ?uploadId=first", "GET ?uploadId=third",
            ])
        #expect(outcome.address == "s3://bucket/dir/k?uploadId=third&checksums=sha256")
    }

    @Test("by the store's clock")
    func clock() {
        let uploads = Storing.uploads([("a", "dir/k", "1994-11-06T09:34:37Z")])
        let (_, late) = again([uploads, Storing.parts([])], offset: .seconds(3600))
        #expect(late.address == "s3://bucket/dir/k?uploadId=a&checksums=sha256")
        let early = Storing.uploads([("a", "dir/k", "1994-11-06T09:30:00Z")])
        let (_, made) = again([early, Storing.created()], offset: .seconds(3600))
        #expect(made.address == Storing.multipart)
    }

    @Test("a key that XML cannot carry is asked for in another encoding")
    func encodedKey() {
        var order = Storing.order(Storing.registration(isRepeated: true)) { $0.overwrite = true }
        order.destination = "s3://bucket/a\u{1}b+c"
        var conversation = Conversation(S3UploadDialogue(order: order, digests: nil, version: "1"))
        var uploads = Storing.uploads([("a", "a%01b%2Bc", "1994-11-06T08:50:00Z")])
        uploads.body = uploads.body.replacing(
            "Result>", with: "Result><EncodingType>url</EncodingType>", maxReplacements: 1)
        let outcome = conversation.run([uploads, Storing.parts([])])
        #expect(conversation.asked[0] == "GET /bucket?encoding-type=url&prefix=a%01b%2Bc&uploads=")
        #expect(outcome.address == "s3://bucket/a%01b%2Bc?uploadId=a&checksums=sha256")
    }

    @Test("keys are bytes, however they look")
    func normalization() throws {
        var listing = UploadsListing(try S3Location(bucket: "bucket", key: "\u{e9}"))
        let uploads = ["e\u{301}", "\u{e9}", "\u{e9}a"].map {
            S3Upload(key: $0, uploadID: $0, initiated: Storing.now)
        }
        #expect(try listing.take(S3UploadsPage(uploads: uploads, next: nil)))
        #expect(listing.uploads(since: Storing.now).map { Array($0.key.utf8) } == [[0xC3, 0xA9]])
    }

    @Test("none that is ours: another one is made")
    func none() {
        let (conversation, outcome) = again([
            Storing.uploads([("a", "dir/k", "1994-11-06T08:50:00Z"), ("b", "dir/k", "never")]),
            Storing.parts([], more: "<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>"), Storing.created(),
        ])
        #expect(conversation.asked == [guardian, search, "GET ?uploadId=a", create])
        #expect(outcome.address == Storing.multipart)
    }

    @Test("over all pages")
    func pages() {
        let next =
            "<IsTruncated>true</IsTruncated><NextKeyMarker>dir/k</NextKeyMarker><NextUploadIdMarker>m n</NextUploadIdMarker>"
        let (conversation, outcome) = again([
            Storing.uploads([], more: next), Storing.uploads([("a", "dir/k", "1994-11-06T08:50:00Z")]),
            Storing.parts([]),
        ])
        #expect(conversation.asked[2] == search + "&key-marker=dir%2Fk&upload-id-marker=m%20n")
        #expect(outcome.address == "s3://bucket/dir/k?uploadId=a&checksums=sha256")
    }

    @Test("over the pages of a store that goes by upload ids alone")
    func pagesWithoutKey() {
        let next = "<IsTruncated>true</IsTruncated><NextUploadIdMarker>m</NextUploadIdMarker>"
        let (conversation, outcome) = again([
            Storing.uploads([], more: next), Storing.uploads([]), Storing.created(),
        ])
        #expect(conversation.asked[2] == search + "&upload-id-marker=m")
        #expect(outcome.address == Storing.multipart)
    }

    @Test("pages without end")
    func endless() {
        let next =
            "<IsTruncated>true</IsTruncated><NextKeyMarker>dir/k</NextKeyMarker><NextUploadIdMarker>m</NextUploadIdMarker>"
        let (_, same) = again([Storing.uploads([], more: next), Storing.uploads([], more: next)])
        #expect(same.failure == .badResponse)
        let turning = (0..<1000).map { Storing.uploads([], more: next.replacing(">m<", with: ">\($0 % 2)<")) }
        let (_, circle) = again(turning)
        #expect(circle.failure == .badResponse)
    }

    @Test("a search that tells nothing", arguments: [(403, "AccessDenied"), (501, "NotImplemented")])
    func searchImpossible(status: Int, code: String) {
        let refusal = ScriptedAnswer.problem(status, code)
        let (conversation, outcome) = again([refusal, Storing.created()])
        #expect(conversation.asked == [guardian, search, create])
        #expect(outcome.address == Storing.multipart)
        let (parts, made) = again([
            Storing.uploads([("a", "dir/k", "1994-11-06T08:50:00Z")]), refusal, Storing.created(),
        ])
        #expect(parts.asked == [guardian, search, "GET ?uploadId=a", create])
        #expect(made.address == Storing.multipart)
        let (_, wrongKey) = again([.problem(403, "SignatureDoesNotMatch")])
        #expect(wrongKey.failure == .unauthorized)
    }

    @Test("a search that is refused")
    func searchRefused() {
        let (_, busy) = again([.problem(503, "SlowDown", "wait", ["Retry-After": "7"])])
        #expect(busy.failure == .serverBusy && busy.wait == .seconds(7))
        let (_, parts) = again([
            Storing.uploads([("a", "dir/k", "1994-11-06T08:50:00Z")]), .problem(500, "InternalError"),
        ])
        #expect(parts.failure == .serverError)
    }
}
