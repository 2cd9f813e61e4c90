import Testing
@testable import TransferCore
@testable import WireProtocols

@Suite("An object store that refuses a signed address")
struct PresignedRefusalTests {
    private let asked = Presigning.addresses([1])
    private let taken = ScriptedAnswer(200, ["ETag": "\"t\""])
    private let recorded = ScriptedAnswer(200, [:], #"{"index":1}"#)

    private func run(_ answers: [ScriptedAnswer]) -> (UploadReport.Outcome?, Conversation) {
        var conversation = Presigning.converse()
        let outcome = conversation.run(answers)
        return (outcome, conversation)
    }

    private static let refusals: [ScriptedAnswer] = [
        .problem(403, "AccessDenied", "Request has expired"), .problem(400, "ExpiredToken"), ScriptedAnswer(401),
        .problem(403, "RequestTimeTooSkewed"), .problem(403, "SignatureDoesNotMatch"), ScriptedAnswer(403),
    ]

    @Test("another address is asked for, once", arguments: refusals)
    func renewed(refusal: ScriptedAnswer) {
        let (outcome, conversation) = run([asked, refusal, asked, taken, recorded])
        #expect(outcome.receipt?.entityTag == "\"t\"")
        #expect(conversation.sent.map(\.request.method) == ["POST", "PUT", "POST", "PUT", "POST"])
    }

    @Test("also if the address was known before")
    func renewedKnown() {
        var memory = RemoteMemory()
        memory.signed[1] = Presigning.signed(Presigning.digest, validFor: 600)
        var conversation = Presigning.converse(memory: memory)
        let expired = ScriptedAnswer.problem(403, "AccessDenied", "Request has expired")
        #expect(conversation.run([expired, asked, taken, recorded]).receipt != nil)
    }

    @Test("the second time it stands")
    func twice() {
        let rows: [(ScriptedAnswer, TransferError.Code, String)] = [
            (.problem(403, "AccessDenied", "Request has expired"), .serverError, "Request has expired"),
            (.problem(400, "ExpiredToken"), .serverError, "ExpiredToken"),
            (.problem(403, "RequestTimeTooSkewed"), .serverError, "RequestTimeTooSkewed"),
            (.problem(403, "SignatureDoesNotMatch"), .forbidden, "SignatureDoesNotMatch"),
            (.problem(403, "AccessDenied", "no"), .forbidden, "AccessDenied: no"),
            (ScriptedAnswer(403), .forbidden, "403 Forbidden"), (ScriptedAnswer(401), .forbidden, "401 Unauthorized"),
        ]
        for (refusal, failure, words) in rows {
            let (outcome, conversation) = run([asked, refusal, asked, refusal])
            #expect(outcome.failure == failure)
            #expect(outcome.words?.contains(words) == true)
            #expect(conversation.memory.signed.isEmpty)
        }
    }

    @Test("an upload that is gone is for the server to notice")
    func gone() {
        let (outcome, conversation) = run([asked, .problem(404, "NoSuchUpload")])
        #expect(outcome.failure == .serverError)
        #expect(conversation.memory.signed.isEmpty)
    }

    @Test("what has nothing to do with the address leaves it as it is")
    func others() {
        let rows: [(ScriptedAnswer, TransferError.Code)] = [
            (.problem(503, "SlowDown", "", ["Retry-After": "4"]), .serverBusy), (ScriptedAnswer(500), .serverError),
            (.problem(400, "BadDigest"), .digestMismatchOfChunk), (.problem(400, "RequestTimeout"), .timedOut),
            (.problem(400, "EntityTooLarge"), .tooLarge), (.problem(404, "NoSuchBucket"), .notFound),
            (ScriptedAnswer(301, ["Location": "http://evil/"]), .redirectRefused), (ScriptedAnswer(404), .badResponse),
            (ScriptedAnswer(507), .remoteFull), (ScriptedAnswer(200), .badResponse),
            (ScriptedAnswer(204), .badResponse),
        ]
        for (refusal, failure) in rows {
            let (outcome, conversation) = run([asked, refusal])
            #expect(outcome.failure == failure)
            #expect(outcome.wait == (refusal.status == 503 ? .seconds(4) : nil))
            #expect(conversation.memory.signed[1] != nil)
            #expect(conversation.memory.unreported.isEmpty)
        }
    }

    @Test("another checksum than ours")
    func checksum() {
        let other = ScriptedAnswer(200, ["ETag": "\"t\"", "x-amz-checksum-sha256": Storing.base64[0]])
        #expect(run([asked, other]).0.failure == .digestMismatchOfChunk)
    }
}
