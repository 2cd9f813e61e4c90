import Crypto
import TransferCore

/// A SHA-256, of a chunk or of a whole file.
struct ChunkDigest: Hashable, Sendable, CustomStringConvertible {
    /// 32 bytes.
    let bytes: [UInt8]

    init(_ digest: SHA256.Digest) {
        bytes = Array(digest)
    }

    /// `nil` unless there are 32 bytes.
    init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// `nil` unless the text is 64 hexadecimal digits.
    init?(hex text: some StringProtocol) {
        guard text.utf8.count == 64, let bytes = Hex.decode(text) else { return nil }
        self.bytes = bytes
    }

    /// Lowercase hexadecimal.
    var description: String { Hex.encode(bytes) }

    /// The digest of nothing.
    static let ofEmpty = ChunkDigest(SHA256.hash(data: [UInt8]()))
}
