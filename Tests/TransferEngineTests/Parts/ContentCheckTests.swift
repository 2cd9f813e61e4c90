import TestSupport
import Testing

@testable import TransferCore
@testable import TransferEngine

/// What a finished file is compared with.
@Suite struct ContentCheckTests {
    private static let bytes = Array("123456789".utf8)
    private static let sha256 = "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"

    private func order(_ checksum: String?, _ digests: [ExpectedDigest] = []) throws -> FinishOrder {
        let wish = NewTransfer(direction: .download, source: "s3://b/k", destination: "/f")
        let record = TransferRecord(id: TransferID(1), wish: wish, createdAt: WallTime(milliseconds: 0))
        var order = FinishOrder(
            finalPath: "/f", part: FileIdentity(device: 1, inode: 1), size: Int64(Self.bytes.count), overwrite: false,
            digests: digests, checksum: nil, intent: record)
        if let checksum {
            let known = try #require(ObjectChecksum(text: checksum))
            order.checksum = known
        }
        return order
    }

    private func check(
        _ checksum: String?, digests: [ExpectedDigest] = [], pieces: [Int] = [9]
    ) throws -> String? {
        var check = ContentCheck(try order(checksum, digests))
        var rest = Self.bytes[...]
        for count in pieces {
            Array(rest.prefix(count)).withUnsafeBytes { check.update($0) }
            rest = rest.dropFirst(count)
        }
        return try check.result()
    }

    /// Computed with Python's zlib and hashlib, and with the check values of the CRC catalogue.
    private static let right = [
        "CRC32:cbf43926", "CRC32C:e3069283", "CRC64NVME:ae8b14860a799888",
        "SHA1:f7c3bc1d808e04732adf679965ccc34ca7ae3441", "SHA256:\(sha256)",
        // Of parts of four bytes, and of one that is all of it.
        "CRC32:faf128e9:4:3",
        "CRC32C:b9256a70:4:3",
        "SHA1:75370a763626d53cd039124eb422356a34dae34c:4:3",
        "SHA256:456b4905101d610f58eab1132f26b924c91aa7c7c00c9a396e24ac741590e741:4:3",
        "SHA256:292b0d007566832db94bfae689cd70d1ab772811fd44b9f49d8550ee9ea6a494:9:1",
    ]

    @Test(arguments: right)
    func rightContentPasses(_ checksum: String) throws {
        _ = try check(checksum)
        _ = try check(checksum, pieces: [1, 2, 3, 3])
        _ = try check(checksum, pieces: [8, 1])
    }

    @Test(arguments: right)
    func anyOtherValueDoesNot(_ text: String) throws {
        var checksum = try #require(ObjectChecksum(text: text))
        checksum.value = (checksum.value.first == "0" ? "1" : "0") + checksum.value.dropFirst()
        let other = checksum.text
        let error = #expect(throws: TransferError.self) { try check(other) }
        #expect(error?.code == .digestMismatch)
    }

    @Test func theSentenceNamesTheChecksum() {
        let error = #expect(throws: TransferError.self) { try check("CRC64NVME:0000000000000000") }
        #expect(
            error?.detail.description
                == "CRC-64/NVME is ae8b14860a799888, but announced by the store was 0000000000000000")
        let composite = #expect(throws: TransferError.self) { try check("CRC32:00000000:4:3") }
        #expect(composite?.detail.description.hasPrefix("CRC-32 over 3 parts of 4 bytes is ") == true)
    }

    @Test func theDigestIsToldWhereItWasComputed() throws {
        #expect(try check("CRC32:cbf43926") == nil)
        #expect(try check("SHA256:\(Self.sha256)") == Self.sha256)
        #expect(try check(nil, digests: [ExpectedDigest(sha256: Self.sha256, origin: .user)]) == Self.sha256)
        #expect(
            try check("CRC32:cbf43926", digests: [ExpectedDigest(sha256: Self.sha256, origin: .user)]) == Self.sha256)
    }

    @Test func bothAreCompared() {
        let wrong = [ExpectedDigest(sha256: String(repeating: "0", count: 64), origin: .user)]
        let digest = #expect(throws: TransferError.self) { try check("CRC32:cbf43926", digests: wrong) }
        #expect(digest?.detail.description.hasPrefix("SHA-256 is \(Self.sha256), but expected was 000") == true)
        let right = [ExpectedDigest(sha256: Self.sha256, origin: .user)]
        let checksum = #expect(throws: TransferError.self) { try check("CRC32:00000000", digests: right) }
        #expect(checksum?.detail.description.hasPrefix("CRC-32 is cbf43926") == true)
    }

    @Test func partsThatAreKnownNeedNoBytes() throws {
        let known = PartDigests()
        var hash = ObjectChecksum.Algorithm.crc32.makeHash()
        Array("5678".utf8).withUnsafeBytes { hash.update($0) }
        known[1] = hash.digest
        var check = ContentCheck(try order(Self.right[5]))
        #expect(check.addPart(at: 0, from: known) == nil)
        #expect(check.room(at: 0) == 4)
        #expect(check.room(at: 3) == 1)
        Array("1234".utf8).withUnsafeBytes { check.update($0) }
        #expect(check.addPart(at: 4, from: known) == 4)
        #expect(check.addPart(at: 8, from: known) == nil)
        #expect(check.room(at: 8) == 1)
        Array("9".utf8).withUnsafeBytes { check.update($0) }
        #expect(try check.result() == nil)
    }

    @Test func whereTheDigestIsWantedAllOfItIsRead() throws {
        let known = PartDigests()
        known[0] = [1, 2, 3, 4]
        var check = ContentCheck(
            try order("CRC32:cbf43926:4:3", [ExpectedDigest(sha256: Self.sha256, origin: .user)]))
        #expect(check.addPart(at: 0, from: known) == nil)
    }
}
