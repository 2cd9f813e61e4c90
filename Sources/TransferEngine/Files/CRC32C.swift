import CLinux

/// CRC-32C (Castagnoli; RFC 3720 §12.1): the checksum that the bookmark keeps of every chunk.
///
/// It guards against a disk or a memory that changed bytes, not against a person. With the processor's own
/// instruction it costs next to nothing.
struct CRC32C: Sendable, Equatable {
    /// The checksum of the bytes so far.
    private(set) var value: UInt32

    /// - Parameter value: The checksum of what came before; 0 for nothing.
    init(_ value: UInt32 = 0) {
        self.value = value
    }

    /// Adds bytes at the end.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        guard Self.hasInstruction else { return updateByTable(bytes) }
        var state = ~value
        var offset = 0
        #if arch(x86_64)
            while bytes.count - offset >= 3 * Self.lane {
                state = carryon_crc32c_lanes(state, base + offset, Self.lane, Self.shifts.one, Self.shifts.two)
                offset += 3 * Self.lane
            }
        #endif
        value = ~carryon_crc32c_serial(state, base + offset, bytes.count - offset)
    }

    /// Adds bytes at the end, without the instruction.
    mutating func updateByTable(_ bytes: UnsafeRawBufferPointer) {
        var state = ~value
        for byte in bytes { state = (state >> 8) ^ Self.table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] }
        value = ~state
    }

    /// The polynomial of Castagnoli, bit-reflected.
    private static let polynomial: UInt32 = 0x82F6_3B78
    private static let hasInstruction = carryon_has_crc32c() != 0
    /// Bytes of each of three streams: three of them fit what libcurl hands over at a time.
    private static let lane = 1360
    private static let shifts = (one: power(8 * lane - 33), two: power(16 * lane - 33))

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { state, _ in timesX(state) }
    }

    private static func timesX(_ state: UInt32) -> UInt32 {
        state & 1 == 1 ? (state >> 1) ^ polynomial : state >> 1
    }

    /// x^`exponent` modulo the polynomial, bit-reflected.
    private static func power(_ exponent: Int) -> UInt32 {
        (0..<exponent).reduce(UInt32(1) << 31) { state, _ in timesX(state) }
    }
}
