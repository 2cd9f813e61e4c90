import TestSupport
import Testing

@testable import TransferEngine

@Suite struct CRC32CTests {
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32C()
        bytes.withUnsafeBytes { checksum.update($0) }
        return checksum.value
    }

    private static func byTable(_ bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32C()
        bytes.withUnsafeBytes { checksum.updateByTable($0) }
        return checksum.value
    }

    private static let vectors: [([UInt8], UInt32)] = [
        ([], 0),
        (Array("123456789".utf8), 0xE306_9283),
        // RFC 3720 §B.4.
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
        ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
        (Array(0..<32), 0x46DD_794E),
        (Array((0..<32).reversed()), 0x113F_DB5C),
    ]

    @Test(arguments: vectors)
    func knownVectors(_ bytes: [UInt8], _ expected: UInt32) {
        #expect(Self.checksum(bytes) == expected)
        #expect(Self.byTable(bytes) == expected)
    }

    @Test func instructionAndTableAgreeAroundTheLanes() {
        let pattern = PatternFile(seed: 1, size: 20_000)
        let bytes = pattern.bytes
        // Three lanes of 1360 bytes are taken at a time.
        for length in Array(0..<40) + Array(4070..<4090) + Array(8150..<8170) + [12_240, 16_384, 19_990] {
            for start in 0..<9 {
                let slice = Array(bytes[start..<(start + length)])
                bytes.withUnsafeBytes { all in
                    // Memory at every alignment.
                    var checksum = CRC32C()
                    checksum.update(UnsafeRawBufferPointer(rebasing: all[start..<(start + length)]))
                    #expect(checksum.value == Self.byTable(slice), "\(length) bytes from \(start)")
                }
            }
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func piecesGiveTheSameAsTheWhole(_ seed: UInt64) {
        var random = SplitMix(seed)
        let bytes = PatternFile(seed: seed, size: Int64.random(in: 0..<60_000, using: &random)).bytes
        var checksum = CRC32C()
        bytes.withUnsafeBytes { all in
            var rest = all[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 0...min(9000, rest.count), using: &random))
                checksum.update(UnsafeRawBufferPointer(rebasing: piece))
                // As a bookmark keeps it and a restart takes it up.
                checksum = CRC32C(checksum.value)
                rest = rest.dropFirst(piece.count)
            }
        }
        #expect(checksum.value == Self.byTable(bytes))
    }

    @Test func everyFlippedBitShows() {
        var bytes = PatternFile(seed: 2, size: 5000).bytes
        let good = Self.checksum(bytes)
        for bit in stride(from: 0, to: bytes.count * 8, by: 97) {
            bytes[bit / 8] ^= 1 << (bit % 8)
            #expect(Self.checksum(bytes) != good)
            bytes[bit / 8] ^= 1 << (bit % 8)
        }
        #expect(Self.checksum(bytes) == good)
    }
}

/// Seeded randomness, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
