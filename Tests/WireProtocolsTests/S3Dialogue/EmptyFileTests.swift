import Testing
@testable import TransferCore
@testable import WireProtocols

@Suite("The end of an upload in one request to an object store")
struct EmptyFileTests {
    private let checksum = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    private var put: String { "PUT  \(Storing.bytes) [If-None-Match: *] [x-amz-checksum-sha256: \(checksum)]" }
    private let completed = UploadReport.Outcome.completed(sha256: SigV4.emptyPayloadHash)

    private func complete(_ sha256: String? = nil) -> Conversation {
        Storing.converse(.complete(sha256: sha256, receipts: [:]), address: Storing.object, size: 0)
    }

    @Test("an empty file is put in its place at the end")
    func empty() {
        var conversation = complete()
        #expect(conversation.run([ScriptedAnswer(200, ["ETag": "\"e\""])]) == completed)
        #expect(conversation.asked == [put])
        #expect(conversation.sent[0].body == DialogueRequest.Body.none)
        #expect(conversation.field("X-Amz-Content-Sha256", of: 0) == SigV4.emptyPayloadHash)
    }

    @Test("it is compared with what the user expects")
    func expected() {
        var wrong = complete(Storing.digests[0])
        #expect(wrong.run([]).failure == .uploadMismatch)
        var right = complete(SigV4.emptyPayloadHash.uppercased())
        #expect(right.run([ScriptedAnswer(200, ["ETag": "\"e\""])]) == completed)
    }

    @Test("another empty object is as good, and a store keeps no checksum of it")
    func lostAnswer() {
        var same = complete()
        let head = ScriptedAnswer(200, ["Content-Length": "0", "ETag": "\"e\""])
        #expect(same.run([.problem(412, "PreconditionFailed"), head]) == completed)
        var other = complete()
        let longer = ScriptedAnswer(200, ["Content-Length": "1", "ETag": "\"e\""])
        #expect(other.run([.problem(412, "PreconditionFailed"), longer]).failure == .remoteNameTaken)
    }

    @Test("nothing is asked of it before")
    func status() {
        var conversation = Storing.converse(.status(receipts: [:]), address: Storing.object, size: 0)
        let nothing = UploadStatus(size: 0, chunkSize: 100, received: [], state: .inProgress)
        #expect(conversation.run([]) == .status(nothing))
    }

    @Test("a file of one chunk is in its place already")
    func whole() {
        var conversation = Storing.converse(
            .complete(sha256: nil, receipts: Storing.receipts), address: Storing.object, size: 100)
        #expect(conversation.run([]) == .completed(sha256: Storing.digests[0]))
        var unknown = Storing.converse(
            .complete(sha256: nil, receipts: [0: Receipt(entityTag: "\"e\"")]), address: Storing.object, size: 100)
        #expect(unknown.run([]) == .completed(sha256: nil))
    }

    @Test("there is nothing to abort")
    func abort() {
        var conversation = Storing.converse(.abort, address: Storing.object, size: 0)
        #expect(conversation.run([]) == .aborted)
    }
}
