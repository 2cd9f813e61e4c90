import Testing
import TransferCore

@testable import WireProtocols

@Suite("What a finished object must look like")
struct FinishedObjectTests {
    /// Of the chunks, and of these digests one behind the other.
    private static let digests = ["aa", "bb"].map { String(repeating: $0, count: 32) }
    private static let composite = "e2d80f78d79027556d6619a1400605abbdca6bb6eb24e0831e33ecd5466fa5f6"
    private static let sums = ["aa", "bb"].map { String(repeating: $0, count: 16) }
    private static let tag = "\"8039A288FC27346C4EBD08F17995E8BC-2\""

    private static func finished(_ count: Int, sums: [String?] = sums) -> FinishedObject? {
        let receipts = (0..<count).map { ($0, Receipt(sha256: digests[$0], entityTag: sums[$0].map { "\"\($0)\"" })) }
        return FinishedObject(
            plan: ChunkPlan(size: Int64(count) * 10, exactChunkSize: 10),
            receipts: Dictionary(uniqueKeysWithValues: receipts))
    }

    private static func checksum(_ hex: String, _ kind: S3ObjectChecksum.Kind?, count: Int? = nil) -> S3ObjectChecksum?
    {
        let text = Base64.encode(hex: hex) + (count.map { "-\($0)" } ?? "")
        return S3ObjectChecksum(algorithm: .sha256, text: text, kind: kind)
    }

    private static func stored(_ size: Int64, _ checksum: S3ObjectChecksum?, tag: String? = nil) -> StoredObject {
        StoredObject(size: size, entityTag: tag, checksums: [checksum].compactMap { $0 })
    }

    @Test("the digest of the parts' digests, however it is written")
    func parts() throws {
        let object = try #require(Self.finished(2))
        for (kind, count) in [(.composite, 2), (.composite, nil), (nil, 2), (nil, nil)]
            as [(S3ObjectChecksum.Kind?, Int?)]
        {
            let checksum = try #require(Self.checksum(Self.composite, kind, count: count))
            #expect(object.isDescribed(by: Self.stored(20, checksum)))
            #expect(!object.isDescribed(by: Self.stored(21, checksum)))
            #expect(!object.contradicts(checksum))
        }
        for checksum in [
            Self.checksum(Self.composite, .composite, count: 3), Self.checksum(Self.composite, .fullObject),
            Self.checksum(Self.digests[0], .composite, count: 2),
        ] {
            #expect(!object.isDescribed(by: Self.stored(20, checksum, tag: Self.tag)))
            #expect(try object.contradicts(#require(checksum)))
        }
    }

    @Test("an object of one part has the digest of its content, or of that digest")
    func onePart() throws {
        let object = try #require(Self.finished(1))
        #expect(object.isDescribed(by: Self.stored(10, Self.checksum(Self.digests[0], .fullObject))))
        #expect(!object.isDescribed(by: Self.stored(10, Self.checksum(Self.digests[1], .fullObject))))
        #expect(!object.isDescribed(by: Self.stored(10, Self.checksum(Self.digests[0], .composite))))
    }

    @Test("where there is no digest, the tag tells, in any case of its digits")
    func tags() throws {
        let object = try #require(Self.finished(2))
        for tag in [Self.tag, Self.tag.lowercased(), "W/\(Self.tag)"] {
            #expect(object.isDescribed(by: Self.stored(20, nil, tag: tag)))
        }
        #expect(!object.isDescribed(by: Self.stored(20, nil, tag: "\"x-2\"")))
        #expect(!object.isDescribed(by: Self.stored(20, nil)))
        let opaque = try #require(Self.finished(2, sums: ["x", "y"]))
        #expect(!opaque.isDescribed(by: Self.stored(20, nil, tag: Self.tag)))
    }

    @Test("nothing is proven of chunks without receipts, and of no chunks nothing need be")
    func counts() {
        let plan = ChunkPlan(size: 20, exactChunkSize: 10)
        #expect(FinishedObject(plan: plan, receipts: [1: Receipt(sha256: Self.digests[1])]) == nil)
        #expect(Self.finished(0)?.isDescribed(by: Self.stored(0, nil)) == true)
        #expect(Self.finished(0)?.isDescribed(by: Self.stored(1, nil)) == false)
    }
}
