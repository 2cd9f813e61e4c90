import Testing

@testable import TransferCore

/// What a checksum that an object store knows means for a download.
@Suite struct ObjectDownloadTests {
    private static let address = "s3://photos/2026/a?b#c.bin"
    private static let mebibyte = Bench.mebibyte

    private func begun(
        _ checksum: String, size: Int64 = 100 * mebibyte, _ change: (inout TransferOptions) -> Void = { _ in }
    ) throws -> Bench {
        var bench = Bench([Bench.fresh(source: Self.address, change)])
        bench.handle(.timer)
        let order = try #require(bench.requests.first)
        #expect(order.checksum == nil)
        var facts = RemoteFacts(total: size, validator: Bench.tag)
        let known = try #require(ObjectChecksum(text: checksum))
        facts.checksum = known
        let end = min(order.expectation.range.end, size)
        let head = AcceptedHead(kind: .partial(ByteRange(0, end)), facts: facts, address: Self.address)
        bench.handle(.accepted(order.id, head))
        bench.create(order.transfer)
        return bench
    }

    @Test func partsBecomeChunks() throws {
        let checksum = "CRC32:cbf43926:\(8 * Self.mebibyte):13"
        let bench = try begun(checksum)
        #expect(bench.download()?.currentRecord.version?.chunkSize == 8 * Self.mebibyte)
        #expect(bench.download()?.currentRecord.version?.checksum?.text == checksum)
        #expect(!bench.requests.isEmpty)
        #expect(bench.requests.allSatisfy { $0.checksum?.text == checksum })
        #expect(bench.requests.allSatisfy { $0.expectation.range.start % (8 * Self.mebibyte) == 0 })
    }

    @Test func theUserMayWantOtherChunks() throws {
        let bench = try begun("CRC32:cbf43926:\(8 * Self.mebibyte):13") { $0.chunkSize = 2 * Self.mebibyte }
        #expect(bench.download()?.currentRecord.version?.chunkSize == 2 * Self.mebibyte)
    }

    @Test func theEndComparesIt() throws {
        var bench = try begun("CRC32:cbf43926", size: 1000)
        #expect(bench.download()?.currentRecord.version?.chunkSize == Self.mebibyte)
        let id = try #require(bench.download()?.planner.running.keys.first)
        bench.handle(.requestEnded(id, RequestReport(outcome: .completed, receivedEnd: 1000)))
        #expect(bench.finishes.first?.checksum?.text == "CRC32:cbf43926")
        #expect(bench.finishes.first?.digests.isEmpty == true)
    }

    @Test func theNameShownIsOfTheKeyAsItIs() {
        let wish = NewTransfer(direction: .download, source: Self.address, destination: "/d/")
        var bench = Bench([TransferRecord(id: TransferID(1), wish: wish, createdAt: WallTime(milliseconds: 0))])
        #expect(bench.row()?.name.description == "a?b#c.bin")
        #expect(bench.row()?.source.description == Self.address)
    }
}
