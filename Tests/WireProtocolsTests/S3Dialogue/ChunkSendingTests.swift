import Testing
@testable import TransferCore
@testable import WireProtocols

@Suite("Sending chunks to an object store")
struct ChunkSendingTests {
    private let stored = Receipt(sha256: Storing.digests[0], entityTag: Storing.tags[0])
    private var part: String {
        "PUT ?partNumber=1&uploadId=U \(Storing.bytes) [x-amz-checksum-sha256: \(Storing.base64[0])]"
    }
    private var put: String {
        "PUT  \(Storing.bytes) [If-None-Match: *] [x-amz-checksum-sha256: \(Storing.base64[0])]"
    }
    private let accepted = ScriptedAnswer(200, ["ETag": Storing.tags[0]])

    private func head(_ fields: [String: String] = [:]) -> ScriptedAnswer {
        ScriptedAnswer(200, ["Content-Length": "100", "ETag": Storing.tags[0]].merging(fields) { $1 })
    }

    // MARK: Parts

    @Test("a part")
    func aPart() {
        var conversation = Storing.converse(Storing.chunk())
        #expect(conversation.run([accepted]) == .stored(receipt: stored))
        #expect(conversation.asked == [part])
        #expect(conversation.sent[0].body == .chunk)
        #expect(conversation.field("X-Amz-Content-Sha256", of: 0) == Storing.digests[0])
    }

    @Test("the last part of the largest upload")
    func lastPart() {
        var conversation = Storing.converse(Storing.chunk(9999, size: 1_000_000), size: 1_000_000)
        #expect(conversation.run([accepted]) == .stored(receipt: stored))
        #expect(conversation.asked[0].hasPrefix("PUT ?partNumber=10000&uploadId=U "))
    }

    @Test("without checksums in use")
    func generic() {
        var conversation = Storing.converse(Storing.chunk(), address: Storing.generic)
        #expect(conversation.run([accepted]) == .stored(receipt: stored))
        #expect(conversation.asked == ["PUT ?partNumber=1&uploadId=U \(Storing.bytes)"])
    }

    @Test("a checksum that comes back")
    func checksum() {
        for (value, failure) in [(Storing.base64[0], nil), (Storing.base64[1], .digestMismatchOfChunk)]
            as [(String, TransferError.Code?)]
        {
            var conversation = Storing.converse(Storing.chunk())
            let answer = ScriptedAnswer(200, ["ETag": Storing.tags[0], "x-amz-checksum-sha256": value])
            #expect(conversation.run([answer]).failure == failure)
        }
    }

    @Test("a success that proves nothing", arguments: [200, 201, 202, 204, 206])
    func noProof(status: Int) {
        for address in [Storing.multipart, Storing.object] {
            var conversation = Storing.converse(Storing.chunk(), address: address)
            let fields = status == 200 ? [:] : ["ETag": "\"x\""]
            #expect(conversation.run([ScriptedAnswer(status, fields)]).failure == .badResponse || status != 200)
            var other = Storing.converse(Storing.chunk(), address: address)
            #expect(other.run([ScriptedAnswer(status, fields)]).receipt == nil)
        }
    }

    @Test("an upload that is gone")
    func gone() {
        var conversation = Storing.converse(Storing.chunk())
        #expect(conversation.run([Storing.gone]).failure == .uploadLost)
    }

    // MARK: Offers

    @Test("what the store has already is not sent", arguments: [Storing.multipart, Storing.object])
    func offer(address: String) {
        let same = Receipt(sha256: Storing.digests[0], entityTag: "\"t\"")
        var conversation = Storing.converse(Storing.chunk(offer: same), address: address)
        #expect(conversation.run([]) == .stored(receipt: same))
        var other = Storing.converse(
            Storing.chunk(offer: Receipt(sha256: Storing.digests[1], entityTag: "\"t\"")), address: address)
        #expect(other.run([accepted]) == .stored(receipt: stored))
    }

    @Test("a tag that is an MD5 is as good", arguments: [Storing.multipart, Storing.object])
    func taggedOffer(address: String) {
        let offer = Receipt(entityTag: Storing.tags[0].uppercased())
        for (md5, count) in [(Storing.md5s[0], 0), (Storing.md5s[1], 1), (nil, 1)] as [(String?, Int)] {
            let digests = ChunkDigests(sha256: Storing.digests[0], md5: md5)
            var conversation = Storing.converse(Storing.chunk(offer: offer), address: address, digests: digests)
            let receipt = conversation.run(count == 0 ? [] : [accepted]).receipt
            #expect(receipt?.sha256 == Storing.digests[0])
            #expect(receipt?.entityTag == (count == 0 ? offer.entityTag : Storing.tags[0]))
            #expect(conversation.sent.count == count)
        }
    }

    @Test("an MD5 does not stand in for a SHA-256 that differs")
    func contradiction() {
        let offer = Receipt(sha256: Storing.digests[1], entityTag: Storing.tags[0])
        let digests = ChunkDigests(sha256: Storing.digests[0], md5: Storing.md5s[0])
        var conversation = Storing.converse(Storing.chunk(offer: offer), digests: digests)
        #expect(conversation.run([accepted]) == .stored(receipt: stored))
        #expect(conversation.sent.count == 1)
    }

    // MARK: Whole objects

    private func object(_ digests: ChunkDigests = ChunkDigests(sha256: Storing.digests[0])) -> Conversation {
        Storing.converse(Storing.chunk(size: 100), address: Storing.object, size: 100, digests: digests)
    }

    @Test("a file in one request")
    func anObject() {
        var conversation = object()
        #expect(conversation.run([accepted]) == .stored(receipt: stored))
        #expect(conversation.asked == [put])
        #expect(conversation.sent[0].body == .chunk)
    }

    @Test("with leave to overwrite")
    func overwriting() {
        var conversation = Storing.converse(
            Storing.chunk(size: 100), address: Storing.object, size: 100
        ) { $0.overwrite = true }
        #expect(conversation.run([accepted]) == .stored(receipt: stored))
        #expect(conversation.asked == [put.replacing(" [If-None-Match: *]", with: "")])
    }

    @Test("a file that is not the expected one is not sent")
    func unexpected() {
        for (expected, failure) in [(Storing.digests[1], .uploadMismatch), (Storing.digests[0].uppercased(), nil)]
            as [(String, TransferError.Code?)]
        {
            var conversation = Storing.converse(
                Storing.chunk(size: 100), address: Storing.object, size: 100
            ) { $0.sha256 = expected }
            #expect(conversation.run(failure == nil ? [accepted] : []).failure == failure)
        }
    }

    @Test("something is there, and it is ours: the answer was lost")
    func lostAnswer() {
        let sha256 = head(["x-amz-checksum-sha256": Storing.base64[0], "ETag": "\"kms\""])
        var conversation = object()
        let receipt = Receipt(sha256: Storing.digests[0], entityTag: "\"kms\"")
        #expect(conversation.run([.problem(412, "PreconditionFailed"), sha256]) == .stored(receipt: receipt))
        #expect(conversation.asked == [put, Storing.look])
        var tagged = object(ChunkDigests(sha256: Storing.digests[0], md5: Storing.md5s[0]))
        #expect(tagged.run([.problem(412, "PreconditionFailed"), head()]) == .stored(receipt: stored))
    }

    @Test("something is there, and it is not ours")
    func somethingElse() {
        let answers = [
            head(), head(["x-amz-checksum-sha256": Storing.base64[1]]), head(["Content-Length": "99"]),
            head(["x-amz-checksum-sha256": Storing.base64[0] + "-1"]),
            head(["x-amz-checksum-sha256": Storing.base64[0], "x-amz-checksum-type": "COMPOSITE"]),
        ]
        for answer in answers {
            var conversation = object()
            #expect(conversation.run([.problem(412, "PreconditionFailed"), answer]).failure == .remoteNameTaken)
        }
        var hidden = object()
        let forbidden = [ScriptedAnswer(412), ScriptedAnswer(403), .problem(403, "AccessDenied")]
        #expect(hidden.run(forbidden).failure == .remoteNameTaken)
        var removed = object()
        #expect(removed.run([ScriptedAnswer(412), ScriptedAnswer(404)]).failure == .serverBusy)
    }

    @Test("a store that knows no conditions is asked first")
    func unconditional() {
        let refusals = [
            ScriptedAnswer.problem(501, "NotImplemented", "If-None-Match"),
            .problem(400, "InvalidArgument", "Conditional writes are not supported"),
            .problem(400, "InvalidRequest", "the header if-none-match is unknown"),
        ]
        for refusal in refusals {
            var conversation = object()
            #expect(conversation.run([refusal, ScriptedAnswer(404), accepted]) == .stored(receipt: stored))
            #expect(conversation.asked == [put, Storing.look, put.replacing(" [If-None-Match: *]", with: "")])
            var taken = object()
            #expect(taken.run([refusal, head()]).failure == .remoteNameTaken)
            var hidden = object()
            let forbidden = [refusal, ScriptedAnswer(403), .problem(403, "AccessDenied")]
            #expect(hidden.run(forbidden).failure == .forbidden)
        }
    }

    @Test("a store that does not say what it does not know")
    func unknown() {
        var conversation = object()
        let refusal = ScriptedAnswer.problem(501, "NotImplemented", "A header you provided")
        let outcome = conversation.run([refusal, refusal, ScriptedAnswer(404), accepted])
        #expect(outcome == .stored(receipt: stored))
        let without = "PUT  \(Storing.bytes) [If-None-Match: *]"
        #expect(conversation.asked == [put, without, Storing.look, "PUT  \(Storing.bytes)"])
    }

    @Test("somebody else at the same time")
    func conflict() {
        var conversation = object()
        #expect(conversation.run([.problem(409, "ConditionalRequestConflict")]).failure == .remoteConflict)
    }
}
