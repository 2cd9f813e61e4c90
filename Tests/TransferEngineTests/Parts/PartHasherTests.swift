import TestSupport
import Testing
import TransferCore

@testable import TransferEngine

/// The values of parts that are computed as their bytes are written.
@Suite struct PartHasherTests {
    private static let bytes = PatternFile(seed: 5, size: 250).bytes
    private static let checksum = ObjectChecksum(
        algorithm: .sha256, value: "", parts: ObjectChecksum.Parts(size: 100, count: 3))

    private let digests = PartDigests()

    private func hasher() throws -> PartHasher {
        let hasher = PartHasher(Self.checksum, chunkSize: 100, size: 250, digests: digests)
        return try #require(hasher)
    }

    private func write(_ hasher: PartHasher, _ range: Range<Int>, inPiecesOf count: Int = 1000) {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: count) {
            let piece = Array(Self.bytes[start..<min(start + count, range.upperBound)])
            piece.withUnsafeBytes { hasher.add($0, at: Int64(start)) }
        }
    }

    private static func value(_ range: Range<Int>) -> [UInt8] { SHA256.hash(Array(bytes[range])) }

    private var known: [Int] { (0..<4).filter { digests[$0] != nil } }

    @Test(arguments: [1, 7, 100, 130, 1000])
    func wholePartsAreKnown(_ count: Int) throws {
        write(try hasher(), 0..<250, inPiecesOf: count)
        #expect(digests[0] == Self.value(0..<100))
        #expect(digests[1] == Self.value(100..<200))
        #expect(digests[2] == Self.value(200..<250))
        #expect(known == [0, 1, 2])
    }

    @Test func partsThatAreNotWrittenFromTheirFirstByteAreNotKnown() throws {
        write(try hasher(), 50..<250)
        #expect(known == [1, 2])
    }

    @Test func partsThatAreNotWrittenToTheirLastByteAreNotKnown() throws {
        write(try hasher(), 0..<240)
        #expect(known == [0, 1])
        // Another request brings the rest, and has not seen the beginning.
        write(try hasher(), 240..<250)
        #expect(known == [0, 1])
    }

    @Test func whatIsWrittenOverIsNotKnownAnyMore() throws {
        write(try hasher(), 0..<250)
        write(try hasher(), 110..<130)
        #expect(known == [0, 2])
        write(try hasher(), 100..<200)
        #expect(known == [0, 1, 2])
    }

    @Test func whereChunksAreNoPartsThereIsNothingToDo() {
        #expect(PartHasher(Self.checksum, chunkSize: 50, size: 250, digests: digests) == nil)
        #expect(PartHasher(Self.checksum, chunkSize: 100, size: nil, digests: digests) == nil)
        #expect(PartHasher(nil, chunkSize: 100, size: 250, digests: digests) == nil)
        let whole = ObjectChecksum(algorithm: .sha256, value: "")
        #expect(PartHasher(whole, chunkSize: 100, size: 250, digests: digests) == nil)
    }
}
