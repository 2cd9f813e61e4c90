import Testing
@testable import TransferCore
@testable import WireProtocols

@Suite("What any request to an object store may meet")
struct RecoveryTests {
    private let accepted = ScriptedAnswer(200, ["ETag": "\"t\""])
    private let expired = ScriptedAnswer.problem(400, "ExpiredToken", "The provided token has expired")

    private func isStored(_ outcome: UploadReport.Outcome?) -> Bool { outcome.receipt != nil }

    // MARK: Credentials

    @Test("access is looked up first")
    func lookup() {
        var conversation = Storing.converse(Storing.chunk(), memory: RemoteMemory())
        conversation.reloads = [Storing.access("AKIA2")]
        #expect(isStored(conversation.run([accepted])))
        #expect(conversation.lookups == [false])
        #expect(conversation.field("Authorization", of: 0)?.contains("Credential=AKIA2/19941106/eu-west-1/s3/") == true)
    }

    @Test("what needs no request needs no access")
    func noLookup() {
        var conversation = Storing.converse(.abort, address: Storing.object, memory: RemoteMemory())
        #expect(conversation.run([]) == .aborted)
        #expect(conversation.lookups.isEmpty)
    }

    @Test("credentials that have expired are loaded again, once", arguments: ["ExpiredToken", "ExpiredTokenException"])
    func expiry(code: String) {
        let expired = ScriptedAnswer.problem(403, code)
        var conversation = Storing.converse(Storing.chunk())
        conversation.reloads = [Storing.access("AKIA2")]
        #expect(isStored(conversation.run([expired, accepted])))
        #expect(conversation.lookups == [true])
        #expect(conversation.asked[0] == conversation.asked[1])
        #expect(conversation.field("Authorization", of: 1)?.contains("Credential=AKIA2/") == true)
        var again = Storing.converse(Storing.chunk())
        again.reloads = [Storing.access("AKIA2")]
        #expect(again.run([expired, expired]).failure == .unauthorized)
        #expect(again.lookups == [true])
    }

    @Test("credentials that somebody else has loaded meanwhile are tried first")
    func otherCredentials() {
        var memory = Storing.memory
        var dialogue = S3UploadDialogue(
            order: Storing.order(Storing.chunk()), digests: ChunkDigests(sha256: Storing.digests[0]), version: "1")
        _ = dialogue.next(&memory, now: Storing.now)
        memory.access = Storing.access("AKIA2")
        let head = ResponseHead(status: 400)
        let step = dialogue.answered(head, Array(expired.body.utf8), &memory, now: Storing.now)
        guard case .send(let request) = step else {
            Issue.record("not sent again")
            return
        }
        let authorization = ResponseHead(status: 0, fields: request.request.headers)["Authorization"]
        #expect(authorization?.contains("Credential=AKIA2/") == true)
        guard case .needsAccess(true) = dialogue.answered(head, Array(expired.body.utf8), &memory, now: Storing.now)
        else {
            Issue.record("not loaded again")
            return
        }
    }

    @Test("in the middle of an order the step is repeated, not the order")
    func middle() {
        var conversation = Storing.converse(Storing.registration())
        conversation.reloads = [Storing.access("AKIA2")]
        #expect(conversation.run([ScriptedAnswer(404), expired, Storing.created()]).address == Storing.multipart)
        #expect(conversation.asked.map { $0.prefix(4) } == ["HEAD", "POST", "POST"])
    }

    @Test("after a HEAD the reason is asked for")
    func head() {
        var conversation = Storing.converse(Storing.registration())
        conversation.reloads = [Storing.access("AKIA2")]
        let answers = [ScriptedAnswer(400), expired, ScriptedAnswer(404), Storing.created()]
        #expect(conversation.run(answers).address == Storing.multipart)
        #expect(conversation.asked.map { $0.prefix(4) } == ["HEAD", "GET ", "HEAD", "POST"])
        var twice = Storing.converse(Storing.registration())
        twice.reloads = [Storing.access("AKIA2")]
        #expect(twice.run([ScriptedAnswer(400), expired, ScriptedAnswer(400), expired]).failure == .unauthorized)
    }

    // MARK: Clock and region

    @Test("a clock that is wrong is corrected once")
    func clock() {
        let skewed = ScriptedAnswer.problem(
            403, "RequestTimeTooSkewed", "too far", ["Date": "Sun, 06 Nov 1994 10:49:37 GMT"])
        var conversation = Storing.converse(Storing.chunk())
        #expect(isStored(conversation.run([skewed, accepted])))
        #expect(conversation.memory.clockOffset == .seconds(7200))
        #expect(conversation.field("X-Amz-Date", of: 0) == "19941106T084937Z")
        #expect(conversation.field("X-Amz-Date", of: 1) == "19941106T104937Z")
        var again = Storing.converse(Storing.chunk())
        #expect(again.run([skewed, skewed]).failure == .unauthorized)
        var undated = Storing.converse(Storing.chunk())
        #expect(undated.run([.problem(403, "RequestTimeTooSkewed")]).failure == .unauthorized)
    }

    @Test("a clock that was corrected stays so")
    func correctedClock() {
        var memory = Storing.memory
        memory.clockOffset = .seconds(-60)
        var conversation = Storing.converse(Storing.chunk(), memory: memory)
        #expect(isStored(conversation.run([accepted])))
        #expect(conversation.field("X-Amz-Date", of: 0) == "19941106T084837Z")
    }

    @Test("another region is learnt once, and no redirect is followed")
    func region() {
        let elsewhere = ScriptedAnswer.problem(
            301, "PermanentRedirect", "use the other endpoint",
            ["Location": "http://evil/", "x-amz-bucket-region": "us-west-2"])
        var conversation = Storing.converse(Storing.chunk())
        #expect(isStored(conversation.run([elsewhere, accepted])))
        #expect(conversation.memory.region == "us-west-2")
        #expect(conversation.asked[0] == conversation.asked[1])
        #expect(conversation.field("Authorization", of: 1)?.contains("/us-west-2/s3/") == true)
        var again = Storing.converse(Storing.chunk())
        let further = ScriptedAnswer.problem(301, "PermanentRedirect", "", ["x-amz-bucket-region": "eu-north-1"])
        #expect(again.run([elsewhere, further]).failure == .redirectRefused)
        var same = Storing.converse(Storing.chunk())
        #expect(same.run([elsewhere, elsewhere]).failure == .redirectRefused)
    }

    @Test("with AWS the region is a part of the host")
    func regionOfAWS() throws {
        var memory = RemoteMemory()
        memory.access = S3Access(credentials: Storing.access("A").credentials, endpoint: try .aws(region: nil))
        var conversation = Storing.converse(Storing.registration(), memory: memory)
        let elsewhere = ScriptedAnswer(301, ["x-amz-bucket-region": "eu-central-1"])
        #expect(conversation.run([elsewhere, ScriptedAnswer(404), Storing.created()]).address == Storing.multipart)
        #expect(
            conversation.sent.map { $0.request.url } == [
                "https://bucket.s3.us-east-1.amazonaws.com/dir/k", "https://bucket.s3.eu-central-1.amazonaws.com/dir/k",
                "https://bucket.s3.eu-central-1.amazonaws.com/dir/k?uploads=",
            ])
    }

    @Test("by the body as well")
    func regionInBody() {
        var conversation = Storing.converse(Storing.chunk())
        let malformed = ScriptedAnswer(
            400, [:],
            "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>us-west-2</Region></Error>")
        #expect(isStored(conversation.run([malformed, accepted])))
        #expect(conversation.memory.region == "us-west-2")
    }

    @Test("a redirect that names no region", arguments: [301, 302, 303, 308])
    func redirect(status: Int) {
        for task in [Storing.chunk(), .status(receipts: [:]), Storing.registration()] {
            var conversation = Storing.converse(task)
            #expect(
                conversation.run([ScriptedAnswer(status, ["Location": "http://evil/"])]).failure == .redirectRefused)
            #expect(conversation.sent.count == 1)
        }
    }

    // MARK: Checksums

    @Test("a part whose checksum the store does not know goes without")
    func withoutChecksums() {
        let refusal = ScriptedAnswer.problem(400, "InvalidRequest", "Checksum Type mismatch occurred")
        var conversation = Storing.converse(Storing.chunk())
        #expect(isStored(conversation.run([refusal, accepted])))
        #expect(conversation.asked[1] == "PUT ?partNumber=1&uploadId=U \(Storing.bytes)")
        var again = Storing.converse(Storing.chunk())
        #expect(again.run([refusal, refusal]).failure == .refused)
        #expect(again.memory.uploadWithoutPartChecksums == nil)
        // So do all further ones of this upload, at once.
        var next = Storing.converse(Storing.chunk(), memory: conversation.memory)
        #expect(isStored(next.run([accepted])))
        #expect(next.asked == ["PUT ?partNumber=1&uploadId=U \(Storing.bytes)"])
        var memory = conversation.memory
        memory.uploadWithoutPartChecksums = "another"
        var other = Storing.converse(Storing.chunk(), memory: memory)
        #expect(isStored(other.run([accepted])))
        #expect(other.asked[0].contains("x-amz-checksum-sha256"))
    }

    @Test("all of it in one order, each once")
    func everything() {
        var conversation = Storing.converse(Storing.chunk())
        conversation.reloads = [Storing.access("AKIA2")]
        let outcome = conversation.run([
            .problem(403, "RequestTimeTooSkewed", "", ["Date": Storing.date]), expired,
            .problem(400, "AuthorizationHeaderMalformed", "", ["x-amz-bucket-region": "us-west-2"]),
            .problem(501, "NotImplemented"), accepted,
        ])
        #expect(isStored(outcome))
    }
}
