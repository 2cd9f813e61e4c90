/// What an object store knows of the content of an object.
///
/// Source: Amazon S3 User Guide, "Checking object integrity".
public struct ObjectChecksum: Sendable, Hashable {
    public enum Algorithm: String, Sendable, Hashable, CaseIterable {
        case crc32 = "CRC32"
        case crc32c = "CRC32C"
        case crc64nvme = "CRC64NVME"
        case sha1 = "SHA1"
        case sha256 = "SHA256"

        /// The length of a value, in bytes.
        public var length: Int {
            switch self {
            case .crc32, .crc32c: 4
            case .crc64nvme: 8
            case .sha1: 20
            case .sha256: 32
            }
        }
    }

    /// How an object was cut when it was uploaded: all parts of one size but the last.
    public struct Parts: Sendable, Hashable {
        /// In bytes, 1 and up.
        public var size: Int64
        /// 1 to 10,000.
        public var count: Int

        public init(size: Int64, count: Int) {
            self.size = size
            self.count = count
        }
    }

    public var algorithm: Algorithm
    /// Lowercase hex: of the whole content, or with parts of the values of its parts, one behind the other.
    public var value: String
    /// Of a composite checksum.
    public var parts: Parts?

    public init(algorithm: Algorithm, value: String, parts: Parts? = nil) {
        self.algorithm = algorithm
        self.value = value
        self.parts = parts
    }

    /// Takes apart what ``text`` has put together; `nil` for anything else.
    public init?(text: String) {
        let fields = text.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count == 2 || fields.count == 4, let algorithm = Algorithm(rawValue: String(fields[0])),
            fields[1].utf8.count == 2 * algorithm.length, fields[1].utf8.allSatisfy(Self.isHexDigit)
        else { return nil }
        self.init(algorithm: algorithm, value: String(fields[1]))
        guard fields.count == 4 else { return }
        guard let size = Int64(fields[2]), size > 0, let count = Int(fields[3]), (1...10_000).contains(count) else {
            return nil
        }
        parts = Parts(size: size, count: count)
    }

    /// `ALGORITHM:HEX`, with parts `ALGORITHM:HEX:SIZE:COUNT`.
    public var text: String {
        let whole = "\(algorithm.rawValue):\(value)"
        return parts.map { "\(whole):\($0.size):\($0.count)" } ?? whole
    }

    /// The chunk size with which each chunk is one part, so that a part's value can be computed as its bytes arrive; `nil`
    /// where the parts are not fit to be chunks, or too few to be fetched side by side.
    public var chunkSize: Int64? {
        guard let parts, parts.count >= 8, parts.size % ChunkPlan.alignment == 0,
            (ChunkPlan.minimumChunkSize...ChunkPlan.maximumChunkSize).contains(parts.size)
        else { return nil }
        return parts.size
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
}
