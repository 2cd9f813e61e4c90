import Glibc

/// The content of a file of any size that nobody has to store: a seeded, reproducible byte at every offset.
public struct PatternFile: Sendable, Hashable {
    public let seed: UInt64
    /// In bytes.
    public let size: Int64
    fileprivate let key: UInt64

    public init(seed: UInt64, size: Int64) {
        self.seed = seed
        self.size = size
        // Mixed, so that neighbouring seeds have nothing in common.
        key = Self.mix(seed)
    }

    /// The byte at `offset`.
    public subscript(offset: Int64) -> UInt8 {
        UInt8(truncatingIfNeeded: word(at: UInt64(offset) >> 3) >> ((UInt64(offset) & 7) * 8))
    }

    /// Fills `buffer` with the bytes from `offset` on. Bytes past the end of the file follow the same pattern.
    public func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) {
        guard let base = buffer.baseAddress else { return }
        let count = buffer.count
        var index = 0
        while index < count, (offset + Int64(index)) & 7 != 0 {
            base.storeBytes(of: self[offset + Int64(index)], toByteOffset: index, as: UInt8.self)
            index += 1
        }
        var block = UInt64(offset + Int64(index)) >> 3
        while index + 8 <= count {
            base.storeBytes(of: word(at: block).littleEndian, toByteOffset: index, as: UInt64.self)
            index += 8
            block += 1
        }
        while index < count {
            base.storeBytes(of: self[offset + Int64(index)], toByteOffset: index, as: UInt8.self)
            index += 1
        }
    }

    /// The bytes of `range`.
    public func bytes(_ range: Range<Int64>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            fill(UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
            count = range.count
        }
    }

    /// All of the bytes; for small files.
    public var bytes: [UInt8] { bytes(0..<size) }

    /// Writes the file at `path`, replacing one that is there.
    public func write(to path: String) throws {
        let file = try FileHandleBox(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC)
        try eachPiece { piece, offset in
            guard pwrite(file.descriptor, piece.baseAddress, piece.count, off_t(offset)) == piece.count else {
                throw SystemFailure("write \(path)")
            }
            return true
        }
    }

    /// The first offset at which the file at `path` differs, or where the shorter of the two ends; `nil` if they are
    /// the same.
    public func firstDifference(fromFileAt path: String) throws -> Int64? {
        let file = try FileHandleBox(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else { throw SystemFailure("stat \(path)") }
        let other = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 8)
        defer { other.deallocate() }
        var difference: Int64?
        try eachPiece { piece, offset in
            let count = max(0, pread(file.descriptor, other.baseAddress, piece.count, off_t(offset)))
            if count == piece.count, memcmp(piece.baseAddress!, other.baseAddress!, count) == 0 { return true }
            let index = (0..<count).first { piece[$0] != other[$0] } ?? count
            difference = offset + Int64(index)
            return false
        }
        if difference == nil, Int64(status.st_size) != size { return min(size, Int64(status.st_size)) }
        return difference
    }

    private static let pieceSize = 1 << 20

    /// Calls `body` with the pieces of the file in order until it returns `false`.
    private func eachPiece(_ body: (UnsafeRawBufferPointer, Int64) throws -> Bool) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 8)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while offset < size {
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(size - offset, Int64(buffer.count)))])
            fill(piece, at: offset)
            guard try body(UnsafeRawBufferPointer(piece), offset) else { return }
            offset += Int64(piece.count)
        }
    }

    private func word(at block: UInt64) -> UInt64 {
        Self.mix(block &+ key)
    }

    /// One step of SplitMix64.
    fileprivate static func mix(_ state: UInt64) -> UInt64 {
        var z = state &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension PatternFile {
    /// A random number that depends on the seed and `index` only.
    func draw(_ index: UInt64) -> UInt64 { Self.mix(index &+ key) }
}
