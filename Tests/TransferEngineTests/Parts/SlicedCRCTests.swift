import TestSupport
import Testing

@testable import TransferEngine

@Suite struct SlicedCRCTests {
    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var checksum = SlicedCRC.crc32
        bytes.withUnsafeBytes { checksum.update($0) }
        return checksum.value
    }

    private static func crc64(_ bytes: [UInt8]) -> UInt64 {
        var checksum = SlicedCRC.crc64nvme
        bytes.withUnsafeBytes { checksum.update($0) }
        return checksum.value
    }

    /// One bit after the other, as the definition says.
    private static func bitwise<Value: FixedWidthInteger & UnsignedInteger>(
        _ bytes: some Sequence<UInt8>, _ polynomial: Value
    ) -> Value {
        var state = ~Value(0)
        for byte in bytes {
            state ^= Value(byte)
            for _ in 0..<8 { state = state & 1 == 1 ? (state >> 1) ^ polynomial : state >> 1 }
        }
        return ~state
    }

    @Test func knownVectors() {
        let digits = Array("123456789".utf8)
        #expect(Self.crc32([]) == 0)
        #expect(Self.crc32(digits) == 0xCBF4_3926)
        #expect(Self.crc32(Array("The quick brown fox jumps over the lazy dog".utf8)) == 0x414F_A339)
        #expect(Self.crc64([]) == 0)
        #expect(Self.crc64(digits) == 0xAE8B_1486_0A79_9888)
    }

    /// NVM Express NVM Command Set Specification 1.0b, "64b CRC Test Cases for 4KiB Logical Block with no Metadata".
    private static let blocks: [([UInt8], UInt64)] = [
        ([UInt8](repeating: 0, count: 4096), 0x6482_D367_EB22_B64E),
        ([UInt8](repeating: 0xFF, count: 4096), 0xC0DD_BA73_02EC_A3AC),
        (counting, 0x3E72_9F5F_6750_449C),
        (counting.map { 255 - $0 }, 0x9A2D_F64B_8E9E_517E),
    ]
    private static let counting: [UInt8] = (0..<4096).map { UInt8(truncatingIfNeeded: $0) }

    @Test(arguments: blocks)
    func vectorsOfTheSpecification(_ bytes: [UInt8], _ expected: UInt64) {
        #expect(Self.crc64(bytes) == expected)
    }

    @Test func theTablesDoWhatTheDefinitionSays() {
        let bytes = PatternFile(seed: 3, size: 400).bytes
        for length in Array(0..<50) + [127, 128, 129, 390] {
            for start in 0..<9 {
                let slice = bytes[start..<(start + length)]
                // Memory at every alignment.
                let (short, long) = bytes.withUnsafeBytes { all in
                    let piece = UnsafeRawBufferPointer(rebasing: all[start..<(start + length)])
                    var (short, long) = (SlicedCRC.crc32, SlicedCRC.crc64nvme)
                    short.update(piece)
                    long.update(piece)
                    return (short.value, long.value)
                }
                #expect(short == Self.bitwise(slice, 0xEDB8_8320 as UInt32), "\(length) bytes from \(start)")
                #expect(long == Self.bitwise(slice, 0x9A6C_9329_AC4B_C9B5 as UInt64), "\(length) bytes from \(start)")
            }
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func piecesGiveTheSameAsTheWhole(_ seed: UInt64) {
        var random = SplitMix(seed)
        let bytes = PatternFile(seed: seed, size: Int64.random(in: 0..<20_000, using: &random)).bytes
        var (short, long) = (SlicedCRC.crc32, SlicedCRC.crc64nvme)
        bytes.withUnsafeBytes { all in
            var rest = all[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 0...min(3000, rest.count), using: &random))
                short.update(UnsafeRawBufferPointer(rebasing: piece))
                long.update(UnsafeRawBufferPointer(rebasing: piece))
                rest = rest.dropFirst(piece.count)
            }
        }
        #expect(short.value == Self.crc32(bytes))
        #expect(long.value == Self.crc64(bytes))
    }
}
