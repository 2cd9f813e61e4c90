import Testing
@testable import TransferCore
@testable import WireProtocols

@Suite("Lists of parts from hostile stores")
struct PagingTests {
    private func page(_ numbers: [Int], next: Int? = nil) -> S3PartsPage {
        S3PartsPage(
            parts: numbers.map { S3Part(number: $0, size: 100, entityTag: "\"\($0)\"") }, nextMarker: next,
            algorithm: nil, checksumType: nil)
    }

    @Test("pages that lead on")
    func ascending() throws {
        var listing = PartsListing()
        #expect(try !listing.take(page([1, 2], next: 2)))
        #expect(listing.marker == 2)
        #expect(try !listing.take(page([4], next: 4)))
        #expect(try listing.take(page([9999, 10_000])))
        #expect(listing.parts.keys.sorted() == [1, 2, 4, 9999, 10_000])
    }

    @Test("a marker that does not advance", arguments: [2, 1, 0, -1])
    func standing(marker: Int) throws {
        var listing = PartsListing()
        _ = try listing.take(page([1, 2], next: 2))
        #expect(throws: TransferError.self) { _ = try listing.take(page([3], next: marker)) }
    }

    @Test("a part of an earlier page")
    func earlier() throws {
        var listing = PartsListing()
        _ = try listing.take(page([1, 2], next: 2))
        #expect(throws: TransferError.self) { _ = try listing.take(page([2, 3])) }
    }

    @Test("a part that was sent twice is listed twice, and any of the two will do")
    func twice() throws {
        var listing = PartsListing()
        let parts = ["\"a\"", "\"b\""].map { S3Part(number: 1, size: 100, entityTag: $0) }
        _ = try listing.take(S3PartsPage(parts: parts, nextMarker: nil, algorithm: nil, checksumType: nil))
        for tag in ["a", "\"a\"", "b", "W/\"b\""] {
            let part = listing.part(of: 0, provenBy: Receipt(entityTag: tag), length: 100)
            #expect(part?.entityTag.contains(S3EntityTag.bare(tag)) == true)
        }
        #expect(listing.part(of: 0, provenBy: Receipt(entityTag: "c"), length: 100) == nil)
        #expect(listing.part(of: 0, provenBy: Receipt(entityTag: "a"), length: 99) == nil)
    }

    @Test("more than there can be")
    func tooMany() throws {
        var listing = PartsListing()
        let flood = page(Array(repeating: 1, count: 60_000), next: 1)
        _ = try listing.take(flood)
        #expect(throws: TransferError.self) {
            _ = try listing.take(page(Array(repeating: 2, count: 60_000), next: 2))
        }
    }

    @Test(
        "a page that cannot be",
        arguments: [
            Storing.parts([Storing.part(0, tag: "\"t\"")]), Storing.parts([Storing.part(10_001, tag: "\"t\"")]),
            Storing.parts([], next: 7), Storing.parts([Storing.part(-1, tag: "\"t\"")]),
            Storing.parts([Storing.part(2, tag: "\"t\""), Storing.part(1, tag: "\"t\"")]),
            Storing.parts([Storing.part(1, size: -1, tag: "\"t\"")]), ScriptedAnswer(200, [:], "<ListPartsResult>"),
        ])
    func impossible(answer: ScriptedAnswer) {
        for task in [
            UploadOrder.Task.status(receipts: Storing.receipts), .complete(sha256: nil, receipts: Storing.receipts),
        ] {
            var conversation = Storing.converse(task)
            #expect(conversation.run([answer]).failure == .badResponse)
        }
    }

    @Test("a page that comes again")
    func repeated() {
        let page = Storing.parts([Storing.allParts[0]], next: 1)
        var conversation = Storing.converse(.status(receipts: [:]))
        #expect(conversation.run([page, page]).failure == .badResponse)
    }
}
