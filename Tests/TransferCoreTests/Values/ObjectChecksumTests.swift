import Testing
import TransferCore

@Suite struct ObjectChecksumTests {
    @Test(arguments: [
        "CRC32:cbf43926", "CRC32C:e3069283:8388608:12", "CRC64NVME:ae8b14860a799888",
        "SHA1:a9993e364706816aba3e25717850c26c9cd0d89d:5242880:10000",
        "SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ])
    func theTextIsTakenApartAgain(_ text: String) throws {
        let checksum = try #require(ObjectChecksum(text: text))
        #expect(checksum.text == text)
    }

    @Test(arguments: [
        "", "CRC32", "CRC32:", "CRC32:cbf4392", "CRC32:CBF43926", "CRC32:cbf43926:", "CRC32:cbf43926:8388608",
        "CRC32:cbf43926:0:1", "CRC32:cbf43926:-1:1", "CRC32:cbf43926:1:0", "CRC32:cbf43926:1:10001",
        "CRC32:cbf43926:1:1:1", "MD5:cbf43926", "crc32:cbf43926", "SHA256:cbf43926",
    ])
    func anythingElseIsNone(_ text: String) {
        #expect(ObjectChecksum(text: text) == nil)
    }

    private static func chunkSize(_ size: Int64, _ count: Int) -> Int64? {
        ObjectChecksum(algorithm: .sha256, value: "", parts: ObjectChecksum.Parts(size: size, count: count)).chunkSize
    }

    @Test func partsThatCanBeChunksAre() {
        #expect(Self.chunkSize(8 << 20, 100) == 8 << 20)
        #expect(Self.chunkSize(64 << 20, 8) == 64 << 20)
        #expect(Self.chunkSize(64 << 10, 8) == 64 << 10)
        // Too large, too small, not on a boundary, too few.
        #expect(Self.chunkSize(65 << 20, 100) == nil)
        #expect(Self.chunkSize(32 << 10, 100) == nil)
        #expect(Self.chunkSize((8 << 20) + 1, 100) == nil)
        #expect(Self.chunkSize(8 << 20, 7) == nil)
        #expect(ObjectChecksum(algorithm: .sha256, value: "").chunkSize == nil)
    }
}
