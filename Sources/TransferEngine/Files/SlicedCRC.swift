/// A cyclic redundancy check in software, of the kind whose bits are reflected and whose register begins and ends
/// inverted.
///
/// Sixteen bytes at a time are looked up, each in a table of its own, so that the processor need not wait for one
/// look-up before the next (M. Kounavis, F. Berry, "A Systematic Approach to Building High Performance, Software-based,
/// CRC Generators", 2005).
struct SlicedCRC<Value: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    /// The checksum of the bytes so far.
    private(set) var value: Value = 0
    private let tables: Tables

    /// What one polynomial needs: the effect of each byte, and of each byte with up to fifteen others behind it.
    struct Tables: Sendable {
        fileprivate static var slices: Int { 16 }
        /// One table behind the other.
        fileprivate let entries: [Value]

        /// - Parameter polynomial: Bit-reflected, without its highest power.
        init(polynomial: Value) {
            var entries = (0..<256).map { byte in
                (0..<8).reduce(Value(byte)) { state, _ in state & 1 == 1 ? (state >> 1) ^ polynomial : state >> 1 }
            }
            for index in 256..<(Self.slices * 256) {
                let before = entries[index - 256]
                entries.append((before >> 8) ^ entries[Int(before & 0xFF)])
            }
            self.entries = entries
        }
    }

    init(_ tables: Tables) {
        self.tables = tables
    }

    /// Adds bytes at the end.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let slices = Tables.slices
        var state = ~value
        var offset = 0
        tables.entries.withUnsafeBufferPointer { entries in
            while bytes.count - offset >= slices {
                // The register is shorter than what is taken, so that it is used up with the first of the two words.
                let first = Self.word(bytes, offset) ^ UInt64(state)
                let second = Self.word(bytes, offset + 8)
                state = 0
                for index in 0..<8 {
                    let shift = UInt64(8 * index)
                    state ^= entries[(slices - 1 - index) << 8 + Int((first >> shift) & 0xFF)]
                    state ^= entries[(slices - 9 - index) << 8 + Int((second >> shift) & 0xFF)]
                }
                offset += slices
            }
            while offset < bytes.count {
                state = (state >> 8) ^ entries[Int(UInt8(truncatingIfNeeded: state) ^ bytes[offset])]
                offset += 1
            }
        }
        value = ~state
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

extension SlicedCRC<UInt32> {
    /// CRC-32 (ISO/IEC 3309, as in gzip and Ethernet).
    static let crc32 = SlicedCRC(Tables(polynomial: 0xEDB8_8320))
}

extension SlicedCRC<UInt64> {
    /// CRC-64/NVME (NVM Express NVM Command Set Specification 1.0b §5.2.1.3.4): 0xAD93D23594C93659.
    static let crc64nvme = SlicedCRC(Tables(polynomial: 0x9A6C_9329_AC4B_C9B5))
}
