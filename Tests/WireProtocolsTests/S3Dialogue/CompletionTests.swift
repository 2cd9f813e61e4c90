import Testing
@testable import TransferCore
@testable import WireProtocols

@Suite("Completing an upload to an object store")
struct CompletionTests {
    private let done = UploadReport.Outcome.completed(sha256: nil)
    private let parts = Storing.parts(Storing.allParts)
    private let taken = ScriptedAnswer.problem(412, "PreconditionFailed")
    private let other = ScriptedAnswer(200, ["Content-Length": "250", "ETag": "\"other-3\""])

    private func complete(
        _ answers: [ScriptedAnswer], receipts: [Int: Receipt] = Storing.receipts, address: String = Storing.multipart,
        _ change: (inout TransferOptions) -> Void = { _ in }
    ) -> (UploadReport.Outcome?, Conversation) {
        var conversation = Storing.converse(
            .complete(sha256: Storing.digests[0], receipts: receipts), address: address, change)
        let outcome = conversation.run(answers)
        return (outcome, conversation)
    }

    private func body(_ checksums: (Int) -> String) -> String {
        let parts = (0..<3).map {
            "<Part><PartNumber>\($0 + 1)</PartNumber><ETag>&quot;\(Storing.md5s[$0])&quot;</ETag>\(checksums($0))</Part>"
        }
        return #"<?xml version="1.0" encoding="UTF-8"?>"#
            + #"<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">"#
            + parts.joined() + "</CompleteMultipartUpload>"
    }

    @Test("after a look at the parts, with all their checksums")
    func completed() {
        let (outcome, conversation) = complete([parts, Storing.completed()])
        #expect(outcome == done)
        #expect(conversation.asked == [Storing.list, Storing.complete])
        let expected = body { "<ChecksumSHA256>\(Storing.base64[$0])</ChecksumSHA256>" }
        #expect(conversation.body(1) == expected)
        #expect(conversation.field("X-Amz-Content-Sha256", of: 1) == SigV4.payloadHash(expected.utf8))
    }

    @Test("without checksums in use, the parts have none")
    func generic() {
        let (outcome, conversation) = complete([parts, Storing.completed()], address: Storing.generic)
        #expect(outcome == done)
        #expect(conversation.body(1) == body { _ in "" })
    }

    @Test("what another program has declared is given back as the store lists it")
    func adopted() {
        func listed(_ more: String, _ last: String = "AAAAAA==") -> ScriptedAnswer {
            let parts = Storing.allParts.enumerated().map { index, part in
                part.replacing(
                    "</Part>", with: "<ChecksumCRC32>\(index == 2 ? last : "AAAAAA==")</ChecksumCRC32></Part>")
            }
            return Storing.parts(parts, more: more)
        }
        let declared = "<ChecksumAlgorithm>CRC32</ChecksumAlgorithm>"
        let rows = [
            (listed(declared), true), (listed(declared + "<ChecksumType>COMPOSITE</ChecksumType>"), true),
            (listed(declared + "<ChecksumType>FULL_OBJECT</ChecksumType>"), false), (listed(""), false),
            (listed(declared, ""), false),
        ]
        for (list, isGiven) in rows {
            let (outcome, conversation) = complete([list, Storing.completed()], address: Storing.generic)
            #expect(outcome == done)
            #expect(conversation.body(1) == body { _ in isGiven ? "<ChecksumCRC32>AAAAAA==</ChecksumCRC32>" : "" })
        }
    }

    @Test("with leave to overwrite")
    func overwriting() {
        let (outcome, conversation) = complete([parts, Storing.completed()]) { $0.overwrite = true }
        #expect(outcome == done)
        #expect(conversation.asked[1] == Storing.complete.replacing(" [If-None-Match: *]", with: ""))
    }

    @Test("over all pages")
    func pages() {
        let pages = [
            Storing.parts(Array(Storing.allParts[..<2]), next: 2), Storing.parts(Array(Storing.allParts[2...])),
        ]
        let (outcome, conversation) = complete(pages + [Storing.completed()])
        #expect(outcome == done)
        #expect(conversation.asked[1] == "GET ?uploadId=U&part-number-marker=2")
    }

    @Test("a part that is missing or another one")
    func incomplete() {
        var damaged = [Storing.allParts, Storing.allParts, Storing.allParts]
        damaged[0].remove(at: 1)
        damaged[1][1] = Storing.part(2, tag: Storing.tags[0])
        damaged[2][1] = Storing.part(2, size: 99, tag: Storing.tags[1])
        for list in damaged {
            let (outcome, _) = complete([Storing.parts(list)])
            #expect(outcome.failure == .incomplete)
            #expect(outcome.words == "the store lacks 1 of 3 parts that it had taken")
        }
        var receipts = Storing.receipts
        receipts[1] = nil
        #expect(complete([parts], receipts: receipts).0.failure == .incomplete)
        receipts[1] = Receipt(sha256: Storing.digests[1])
        #expect(complete([parts], receipts: receipts).0.failure == .incomplete)
    }

    @Test("of a part that was sent twice, the one that was acknowledged")
    func twice() {
        let other = Storing.part(2, tag: "\"other\"")
        for place in [1, 2] {
            var list = Storing.allParts
            list.insert(other, at: place)
            let (outcome, conversation) = complete(
                [Storing.parts(list), Storing.completed()], address: Storing.generic)
            #expect(outcome == done)
            #expect(conversation.body(1) == body { _ in "" })
        }
    }

    @Test("parts of nobody's are left out")
    func moreParts() {
        let more = Storing.allParts + [Storing.part(4, tag: "\"more\"")]
        let (outcome, conversation) = complete([Storing.parts(more), Storing.completed()], address: Storing.generic)
        #expect(outcome == done)
        #expect(conversation.body(1) == body { _ in "" })
    }

    // MARK: Answers

    @Test("success that is none")
    func errorInSuccess() {
        let rows: [(String, TransferError.Code)] = [
            ("InternalError", .serverError), ("SlowDown", .serverBusy), ("Something", .serverError),
            ("InvalidPart", .incomplete), ("RequestTimeout", .timedOut),
        ]
        for (code, failure) in rows {
            #expect(complete([parts, .problem(200, code)]).0.failure == failure)
        }
        for body in ["", " \n ", "<html/>", "<CompleteMultipartUploadResult>"] {
            #expect(complete([parts, ScriptedAnswer(200, [:], body)]).0.failure == .badResponse)
        }
        #expect(complete([parts, ScriptedAnswer(204)]).0 != done)
    }

    @Test("white space before the answer, which kept the connection alive")
    func whitespace() {
        var answer = Storing.completed()
        answer.body = "<?xml version=\"1.0\"?>\n" + String(repeating: " \n", count: 500) + answer.body
        #expect(complete([parts, answer]).0 == done)
    }

    @Test("an object that is not what was sent")
    func mismatch() {
        let wrong = Storing.completed("<ChecksumSHA256>\(Storing.base64[0])-3</ChecksumSHA256>")
        #expect(complete([parts, wrong]).0.failure == .uploadMismatch)
        let right = Storing.completed("<ChecksumSHA256>\(Storing.composite)</ChecksumSHA256>")
        #expect(complete([parts, right]).0 == done)
    }

    @Test("an upload that is gone: perhaps it was completed")
    func lostAnswer() {
        let bySHA = Storing.whole
        let byTag = ScriptedAnswer(200, ["Content-Length": "250", "Etag": Storing.compositeTag])
        for object in [bySHA, byTag] {
            let (first, conversation) = complete([Storing.gone, object])
            #expect(first == done)
            #expect(conversation.asked == [Storing.list, Storing.look])
            #expect(complete([parts, Storing.gone, object]).0 == done)
        }
        #expect(complete([parts, Storing.gone, other]).0.failure == .uploadLost)
        #expect(complete([parts, Storing.gone, ScriptedAnswer(404)]).0.failure == .uploadLost)
        #expect(complete([parts, Storing.gone, ScriptedAnswer(500)]).0.failure == .serverError)
    }

    @Test("a key that is taken, unless by our own object")
    func nameTaken() {
        #expect(complete([parts, taken, other]).0.failure == .remoteNameTaken)
        #expect(complete([parts, taken, Storing.whole]).0 == done)
        #expect(complete([parts, taken, ScriptedAnswer(404)]).0.failure == .remoteNameTaken)
        let forbidden = [parts, taken, ScriptedAnswer(403), .problem(403, "AccessDenied")]
        #expect(complete(forbidden).0.failure == .remoteNameTaken)
    }

    @Test("a store that knows no conditions is asked first")
    func unconditional() {
        let refusals = [
            ScriptedAnswer.problem(501, "NotImplemented", "something"), ScriptedAnswer(501),
            .problem(400, "InvalidArgument", "If-None-Match"),
        ]
        let without = Storing.complete.replacing(" [If-None-Match: *]", with: "")
        for refusal in refusals {
            let (outcome, conversation) = complete([parts, refusal, ScriptedAnswer(404), Storing.completed()])
            #expect(outcome == done)
            #expect(conversation.asked == [Storing.list, Storing.complete, Storing.look, without])
            #expect(complete([parts, refusal, other]).0.failure == .remoteNameTaken)
            #expect(complete([parts, refusal, Storing.whole]).0 == done)
            let forbidden = [parts, refusal, ScriptedAnswer(403), .problem(403, "AccessDenied")]
            #expect(complete(forbidden).0.failure == .forbidden)
        }
    }

    @Test(
        "refusals",
        arguments: [
            (409, "ConditionalRequestConflict", TransferError.Code.remoteConflict), (400, "InvalidPart", .incomplete),
            (400, "InvalidPartOrder", .incomplete), (400, "EntityTooSmall", .refused),
            (400, "InvalidRequest", .refused), (403, "AccessDenied", .forbidden), (503, "SlowDown", .serverBusy),
        ])
    func refused(status: Int, code: String, failure: TransferError.Code) {
        #expect(complete([parts, .problem(status, code)]).0.failure == failure)
    }
}
