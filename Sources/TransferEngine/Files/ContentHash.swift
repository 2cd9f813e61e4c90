import Crypto
import TransferCore

/// Computes one of the values that tell a content from another, over bytes in order.
protocol ContentHash: Sendable {
    /// Adds bytes at the end.
    mutating func update(_ bytes: UnsafeRawBufferPointer)
    /// The value over the bytes so far; of a number the highest byte first, as S3 writes it.
    var digest: [UInt8] { get }
}

extension ObjectChecksum.Algorithm {
    /// One that has seen no bytes yet.
    func makeHash() -> any ContentHash {
        switch self {
        case .crc32: SlicedCRC.crc32
        case .crc32c: CRC32C()
        case .crc64nvme: SlicedCRC.crc64nvme
        case .sha1: CryptographicHash<Insecure.SHA1>()
        case .sha256: CryptographicHash<SHA256>()
        }
    }
}

extension CRC32C: ContentHash {
    var digest: [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
}

extension SlicedCRC: ContentHash {
    var digest: [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
}

/// A hash function of swift-crypto.
struct CryptographicHash<Function: HashFunction>: ContentHash {
    private var function = Function()

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        function.update(bufferPointer: bytes)
    }

    var digest: [UInt8] { Array(function.finalize()) }
}
