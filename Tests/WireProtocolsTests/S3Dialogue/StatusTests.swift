import Testing
@testable import TransferCore
@testable import WireProtocols

@Suite("What an object store has of an upload")
struct StatusTests {
    private func ask(_ answers: [ScriptedAnswer]) -> (UploadReport.Outcome?, [String]) {
        ask(Storing.receipts, answers)
    }

    private func ask(
        _ receipts: [Int: Receipt], digests: [Int: String] = [:], _ answers: [ScriptedAnswer],
        address: String = Storing.multipart, size: Int64 = Storing.size
    ) -> (UploadReport.Outcome?, [String]) {
        var memory = Storing.memory
        memory.digests = digests
        var conversation = Storing.converse(.status(receipts: receipts), address: address, size: size, memory: memory)
        let outcome = conversation.run(answers)
        return (outcome, conversation.asked)
    }

    private func status(
        _ received: [ClosedRange<Int>], _ receipts: [Int: Receipt] = [:], offers: [Int: Receipt] = [:]
    ) -> UploadReport.Outcome {
        .status(
            UploadStatus(
                size: 250, chunkSize: 100, received: received, state: .inProgress, receipts: receipts, offers: offers))
    }

    @Test("parts that are proven by their receipts")
    func proven() {
        let (outcome, asked) = ask([Storing.parts(Storing.allParts)])
        #expect(outcome == status([0...2], Storing.receipts))
        #expect(asked == [Storing.list])
    }

    @Test("gaps")
    func gaps() {
        let (outcome, _) = ask([Storing.parts([Storing.allParts[0], Storing.allParts[2]])])
        #expect(outcome == status([0...0, 2...2], [0: Storing.receipt(0), 2: Storing.receipt(2)]))
        #expect(ask([Storing.parts([])]).0 == status([]))
    }

    @Test("a receipt keeps its time and gets the store's SHA-256")
    func completedReceipt() {
        let held = Receipt(entityTag: Storing.md5s[0], storedAt: Storing.now)
        let part = Storing.part(1, tag: Storing.tags[0], sha256: Storing.base64[0])
        let proven = Receipt(sha256: Storing.digests[0], entityTag: Storing.tags[0], storedAt: Storing.now)
        #expect(ask([0: held], [Storing.parts([part])]).0 == status([0...0], [0: proven]))
    }

    @Test("a part that is not the one of the receipt is an offer at best")
    func offers() {
        let otherTag = Storing.part(1, tag: Storing.tags[1])
        let opaque = Storing.part(1, tag: "\"kms-7\"")
        let other = Storing.part(1, tag: Storing.tags[0], sha256: Storing.base64[1])
        let wrongSize = Storing.part(1, size: 99, tag: Storing.tags[0], sha256: Storing.base64[0])
        #expect(
            ask([Storing.parts([otherTag])]).0 == status([], offers: [0: Receipt(entityTag: Storing.tags[1])]))
        #expect(ask([Storing.parts([opaque])]).0 == status([]))
        let contradicted = Receipt(sha256: Storing.digests[1], entityTag: Storing.tags[0])
        #expect(ask([Storing.parts([other])]).0 == status([], offers: [0: contradicted]))
        #expect(ask([Storing.parts([wrongSize])]).0 == status([]))
    }

    @Test("a part that was sent twice may be listed twice, in any order")
    func twice() {
        let parts = [1, 0].map { Storing.part(1, tag: Storing.tags[$0]) }
        for parts in [parts, parts.reversed()] {
            #expect(ask([Storing.parts(parts)]).0 == status([0...0], [0: Storing.receipt(0)]))
        }
        let (unknown, _) = ask([:], [Storing.parts(parts)])
        #expect(unknown == status([], offers: [0: Receipt(entityTag: Storing.tags[0])]))
    }

    @Test("the last part is shorter, and a part of another cut is none of ours")
    func lastPart() {
        let parts = [
            Storing.part(3, size: 100, tag: Storing.tags[2]), Storing.part(4, size: 100, tag: Storing.tags[2]),
        ]
        #expect(ask([Storing.parts(parts)]).0 == status([]))
    }

    @Test("a chunk that was sent and whose answer was lost")
    func lostAnswer() {
        let part = Storing.part(2, tag: "\"t\"", sha256: Storing.base64[1])
        let receipt = Receipt(sha256: Storing.digests[1], entityTag: "\"t\"")
        let (outcome, _) = ask([:], digests: [1: Storing.digests[1]], [Storing.parts([part])])
        #expect(outcome == status([1...1], [1: receipt]))
        let (other, _) = ask([:], digests: [1: Storing.digests[0]], [Storing.parts([part])])
        #expect(other == status([], offers: [1: receipt]))
        let (unread, _) = ask([:], [Storing.parts([part])])
        #expect(unread == status([], offers: [1: receipt]))
    }

    @Test("over ten pages of a thousand parts")
    func pages() {
        let size: Int64 = 1_000_000
        let receipt = Receipt(sha256: Storing.digests[0], entityTag: Storing.tags[0])
        let receipts = Dictionary(uniqueKeysWithValues: (0..<10_000).map { ($0, receipt) })
        let pages = (0..<10).map { page in
            Storing.parts(
                (1...1000).map { Storing.part(page * 1000 + $0, tag: Storing.tags[0]) },
                next: page < 9 ? (page + 1) * 1000 : nil)
        }
        let (outcome, asked) = ask(receipts, pages, size: size)
        #expect(outcome.found?.received == [0...9999])
        #expect(outcome.found?.receipts.count == 10_000)
        #expect(asked.count == 10)
        #expect(asked[9] == "GET ?uploadId=U&part-number-marker=9000")
    }

    @Test("an upload that is gone")
    func lost() {
        #expect(ask([0: Storing.receipt(0)], [Storing.gone]).0.failure == .uploadLost)
        #expect(ask([Storing.gone, ScriptedAnswer(404)]).0.failure == .uploadLost)
        // What a proxy says is not the store's word.
        #expect(ask([ScriptedAnswer(404, [:], "<html>")]).0.failure == .badResponse)
    }

    @Test("an upload that is gone because it was completed")
    func completed() {
        let (outcome, asked) = ask([Storing.gone, Storing.whole])
        #expect(
            outcome
                == .status(
                    UploadStatus(
                        size: 250, chunkSize: 100, received: [0...2], state: .complete, receipts: Storing.receipts)))
        #expect(asked == [Storing.list, Storing.look])
        let other = ScriptedAnswer(200, ["Content-Length": "250", "ETag": "\"other\""])
        #expect(ask([Storing.gone, other]).0.failure == .uploadLost)
        #expect(ask([Storing.gone, ScriptedAnswer(500)]).0.failure == .serverError)
    }

    // MARK: One request

    private func object(
        _ receipt: Receipt?, digest: String? = nil, _ answer: ScriptedAnswer
    ) -> UploadReport.Outcome? {
        let digests = digest.map { [0: $0] } ?? [:]
        return ask(
            receipt.map { [0: $0] } ?? [:], digests: digests, [answer], address: Storing.object, size: 100
        ).0
    }

    private func object(_ received: Receipt?, offer: Receipt? = nil) -> UploadReport.Outcome {
        .status(
            UploadStatus(
                size: 100, chunkSize: 100, received: received == nil ? [] : [0...0], state: .inProgress,
                receipts: received.map { [0: $0] } ?? [:], offers: offer.map { [0: $0] } ?? [:]))
    }

    private func head(_ sha256: String?, length: Int = 100, tag: String = Storing.tags[0]) -> ScriptedAnswer {
        let fields = ["Content-Length": "\(length)", "ETag": tag]
        return ScriptedAnswer(200, sha256.map { fields.merging(["x-amz-checksum-sha256": $0]) { $1 } } ?? fields)
    }

    @Test("of a file in one request")
    func anObject() {
        let receipt = Receipt(sha256: Storing.digests[0], entityTag: Storing.tags[0], storedAt: Storing.now)
        #expect(object(receipt, ScriptedAnswer(404)) == object(nil))
        #expect(object(receipt, head(nil)) == object(receipt))
        #expect(object(receipt, head(Storing.base64[0])) == object(receipt))
        #expect(object(receipt, head(Storing.base64[1])) == object(nil))
        #expect(object(receipt, head(nil, length: 99)) == object(nil))
        #expect(object(receipt, ScriptedAnswer(500)).failure == .serverError)
    }

    @Test("of a file in one request whose answer was lost")
    func objectLost() {
        let receipt = Receipt(sha256: Storing.digests[0], entityTag: Storing.tags[0])
        #expect(object(nil, digest: Storing.digests[0], head(Storing.base64[0])) == object(receipt))
        #expect(object(nil, digest: Storing.digests[1], head(Storing.base64[0])) == object(nil))
        #expect(object(nil, head(Storing.base64[0])) == object(nil, offer: receipt))
        #expect(object(nil, head(nil)) == object(nil, offer: Receipt(entityTag: Storing.tags[0])))
        #expect(object(nil, head(nil, tag: "\"kms\"")) == object(nil))
        #expect(object(nil, head(nil, tag: Storing.compositeTag)) == object(nil))
    }
}
