import Testing
@testable import TransferCore
@testable import WireProtocols

@Suite("Chunks that go to signed addresses")
struct PresignedChunkTests {
    private let stored = Receipt(sha256: Presigning.digest, entityTag: "\"t\"")
    private let taken = ScriptedAnswer(200, ["ETag": " \"t\" "])
    private let recorded = ScriptedAnswer(200, [:], #"{"index":1,"checksum":"x","nextExpectedChunk":2}"#)

    // MARK: The way of a chunk

    @Test("ask, send, record")
    func whole() {
        var conversation = Presigning.converse { $0.headers = [HeaderField("X-Secret", "s")] }
        let answers = [Presigning.addresses([1]), taken, recorded]
        #expect(conversation.run(answers) == .stored(receipt: stored))
        #expect(conversation.sent.map(\.request.method) == ["POST", "PUT", "POST"])
        #expect(
            conversation.sent.map(\.request.url) == [
                "https://h/uploads/id/presign", "https://store/b/1?X-Amz-Signature=s", "https://h/uploads/id/chunks/1",
            ])
        #expect(
            conversation.body(0) == #"{"chunks":[{"index":1,"length":100,"sha256":"\#(Presigning.digest)"}]}"#)
        #expect(conversation.sent[1].body == .chunk)
        #expect(conversation.body(2) == #"{"etag":"\"t\"","sha256":"\#(Presigning.digest)"}"#)
        #expect(conversation.memory.signed.isEmpty)
        #expect(conversation.memory.unreported.isEmpty)
    }

    @Test("what the store has already is only recorded")
    func offered() {
        let md5 = String(repeating: "5", count: 32)
        let tag = "\"\(md5)\""
        var conversation = Presigning.converse(offer: Receipt(entityTag: tag), md5: md5)
        #expect(conversation.run([recorded]) == .stored(receipt: Receipt(sha256: Presigning.digest, entityTag: tag)))
        #expect(conversation.sent.map(\.request.url) == ["https://h/uploads/id/chunks/1"])
    }

    @Test("something else in its place is not", arguments: [nil, String(repeating: "6", count: 32)])
    func offeredOther(md5: String?) {
        let tag = "\"\(String(repeating: "5", count: 32))\""
        var conversation = Presigning.converse(offer: Receipt(entityTag: tag), md5: md5)
        #expect(conversation.run([Presigning.addresses([1]), taken, recorded]) == .stored(receipt: stored))
    }

    @Test("nothing of the user's goes to the store, and nothing but what was signed")
    func secrets() {
        var conversation = Presigning.converse {
            $0.headers = [HeaderField("X-Secret", "s"), HeaderField("User-Agent", "me")]
        }
        _ = conversation.run([
            Presigning.addresses([1], headers: #"{"x-amz-checksum-sha256":"sum","Content-Length":"100"}"#), taken,
            recorded,
        ])
        #expect(conversation.sent[1].request.headers == [HeaderField("x-amz-checksum-sha256", "sum")])
        for index in [0, 2] {
            #expect(conversation.field("X-Secret", of: index) == "s")
            #expect(conversation.field("User-Agent", of: index) == "me")
            #expect(conversation.field("Content-Type", of: index) == "application/json")
        }
    }

    @Test("user and password of the destination go to the server only")
    func credentials() {
        var conversation = Presigning.converse(
            destination: "https://u:p@h/files/a", address: "https://h/uploads/id?k=v")
        _ = conversation.run([Presigning.addresses([1]), taken, recorded])
        #expect(
            conversation.sent.map(\.request.url) == [
                "https://u:p@h/uploads/id/presign?k=v", "https://store/b/1?X-Amz-Signature=s",
                "https://u:p@h/uploads/id/chunks/1?k=v",
            ])
    }

    @Test("an upload at another origin gets none of the user's fields")
    func otherOrigin() {
        var conversation = Presigning.converse(address: "https://other/uploads/id") {
            $0.headers = [HeaderField("X-Secret", "s")]
        }
        _ = conversation.run([Presigning.addresses([1]), taken, recorded])
        #expect((0..<3).allSatisfy { conversation.field("X-Secret", of: $0) == nil })
    }

    @Test("addresses for other chunks come along")
    func batch() {
        var memory = RemoteMemory()
        let other = String(repeating: "b", count: 64)
        memory.digests = [0: other, 1: Presigning.digest, 2: other, 3: other, 4: other, 5: other, 10: other, -1: other]
        memory.signed[2] = Presigning.signed(other, validFor: 30)
        memory.signed[3] = Presigning.signed(other, validFor: 29)
        memory.signed[4] = Presigning.signed(Presigning.digest, validFor: 600)
        memory.unreported[5] = Receipt(sha256: other, entityTag: "\"t\"")
        var conversation = Presigning.converse(memory: memory)
        #expect(
            conversation.run([Presigning.addresses([3, 0, 1, 4, 77]), taken, recorded]) == .stored(receipt: stored))
        #expect(
            conversation.body(0)
                == #"{"chunks":[{"index":0,"length":100,"sha256":"\#(other)"},"#
                + #"{"index":1,"length":100,"sha256":"\#(Presigning.digest)"},"#
                + #"{"index":3,"length":100,"sha256":"\#(other)"},{"index":4,"length":100,"sha256":"\#(other)"}]}"#)
        #expect(Set(conversation.memory.signed.keys) == [0, 2, 3, 4])
        #expect(conversation.memory.signed[4]?.sha256 == other)
    }

    @Test("a hundred at most, this one among them, and the last chunk is shorter")
    func mostChunks() {
        var memory = RemoteMemory()
        for index in 0..<300 { memory.digests[index] = Presigning.digest }
        var conversation = Presigning.converse(999, size: 99_950, memory: memory)
        _ = conversation.run([])
        let body = conversation.body(0) ?? ""
        #expect(body.split(separator: "index").count == 101)
        #expect(body.contains(#"{"index":98,"#) && !body.contains(#"{"index":99,"#))
        #expect(body.hasSuffix(#"{"index":999,"length":50,"sha256":"\#(Presigning.digest)"}]}"#))
    }

    @Test("an address that is there already is used", arguments: [(30, true), (29, false), (-5, false)])
    func known(validity: Int, isUsed: Bool) {
        var memory = RemoteMemory()
        memory.signed[1] = Presigning.signed(Presigning.digest, validFor: validity)
        var conversation = Presigning.converse(memory: memory)
        let answers = isUsed ? [taken, recorded] : [Presigning.addresses([1]), taken, recorded]
        #expect(conversation.run(answers) == .stored(receipt: stored))
    }

    @Test("an address for another content is not")
    func otherContent() {
        var memory = RemoteMemory()
        memory.signed[1] = Presigning.signed(String(repeating: "b", count: 64), validFor: 600)
        var conversation = Presigning.converse(memory: memory)
        #expect(conversation.run([Presigning.addresses([1]), taken, recorded]) == .stored(receipt: stored))
    }

    @Test("an address for this chunk is needed, those for others are not")
    func fewer() {
        var memory = RemoteMemory()
        memory.digests = [0: Presigning.digest, 1: Presigning.digest]
        var conversation = Presigning.converse(memory: memory)
        #expect(conversation.run([Presigning.addresses([1]), taken, recorded]) == .stored(receipt: stored))
        memory.signed[1] = Presigning.signed(Presigning.digest, validFor: 29)
        var without = Presigning.converse(memory: memory)
        #expect(without.run([Presigning.addresses([0])]).failure == .badResponse)
    }

    // MARK: The record

    @Test("a chunk that the store has is not sent again")
    func unreported() {
        var memory = RemoteMemory()
        memory.unreported[1] = stored
        var conversation = Presigning.converse(memory: memory)
        #expect(conversation.run([recorded]) == .stored(receipt: stored))
        #expect(conversation.memory.unreported.isEmpty)
        memory.unreported[1] = Receipt(sha256: String(repeating: "b", count: 64), entityTag: "\"t\"")
        var other = Presigning.converse(memory: memory)
        #expect(other.run([Presigning.addresses([1]), taken, recorded]) == .stored(receipt: stored))
    }

    @Test("a record that fails is made again later")
    func notRecorded() {
        let rows: [(ScriptedAnswer, TransferError.Code, Bool)] = [
            (ScriptedAnswer(503, ["Retry-After": "9"]), .serverBusy, true), (ScriptedAnswer(500), .serverError, true),
            (ScriptedAnswer(404), .badResponse, true), (ScriptedAnswer(200, [:], "OK"), .badResponse, true),
            (ScriptedAnswer(200, [:], #"{"index":2}"#), .badResponse, true), (ScriptedAnswer(204), .badResponse, true),
            (Presigning.problem(404, "unknown-upload"), .uploadLost, false),
            (Presigning.problem(410, "gone"), .uploadLost, false),
            (Presigning.problem(409, "chunk-conflict"), .chunkConflict, false),
            (ScriptedAnswer(422), .digestMismatchOfChunk, false), (ScriptedAnswer(403), .forbidden, false),
        ]
        for (answer, failure, isKept) in rows {
            var conversation = Presigning.converse()
            let outcome = conversation.run([Presigning.addresses([1]), taken, answer])
            #expect(outcome.failure == failure)
            #expect(outcome.wait == (answer.status == 503 ? .seconds(9) : nil))
            #expect(conversation.memory.unreported[1] == (isKept ? stored : nil))
        }
    }

    // MARK: Refusals of the server

    @Test("no addresses")
    func noAddresses() {
        let rows: [(ScriptedAnswer, TransferError.Code)] = [
            (ScriptedAnswer(503, ["Retry-After": "9"]), .serverBusy), (ScriptedAnswer(401), .unauthorized),
            (ScriptedAnswer(404), .badResponse), (Presigning.problem(404, "unknown-upload"), .uploadLost),
            (Presigning.problem(409, "chunk-conflict"), .chunkConflict), (ScriptedAnswer(400), .refused),
            (ScriptedAnswer(302, ["Location": "https://else/"]), .badResponse),
        ]
        for (answer, failure) in rows {
            var conversation = Presigning.converse()
            let outcome = conversation.run([answer])
            #expect(outcome.failure == failure)
            #expect(outcome.wait == (answer.status == 503 ? .seconds(9) : nil))
        }
    }

    @Test("a destination that is none")
    func malformed() {
        var conversation = Presigning.converse(destination: "ftp://h/files/a")
        #expect(conversation.run([]).failure == .malformed)
    }
}
