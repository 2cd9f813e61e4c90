import Crypto
import TransferCore

/// What a finished file has to be, compared with its content in one pass.
struct ContentCheck {
    private let order: FinishOrder
    private var sha256: CryptographicHash<SHA256>?
    private var checksum: ObjectChecksumHasher?

    /// Whether the order names anything to compare with.
    static func isNeeded(_ order: FinishOrder) -> Bool {
        !order.digests.isEmpty || order.checksum != nil
    }

    init(_ order: FinishOrder) {
        self.order = order
        if !order.digests.isEmpty { sha256 = CryptographicHash() }
        checksum = order.checksum.map(ObjectChecksumHasher.init)
    }

    /// Adds content at the end.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        sha256?.update(bytes)
        checksum?.update(bytes)
    }

    /// How many bytes from `offset` on may be added at once: parts are added one by one.
    func room(at offset: Int64) -> Int64 {
        let rest = order.size - offset
        return order.checksum?.parts.map { min($0.size - offset % $0.size, rest) } ?? rest
    }

    /// Adds the part that begins at `offset`, if nothing but its value is needed of it and that is known.
    ///
    /// - Returns: Its length in bytes; `nil` if it has to be read.
    mutating func addPart(at offset: Int64, from known: PartDigests) -> Int64? {
        guard sha256 == nil, let parts = order.checksum?.parts, offset % parts.size == 0,
            let value = known[Int(offset / parts.size)]
        else { return nil }
        checksum?.addPart(value)
        return room(at: offset)
    }

    /// The SHA-256 of the content in lowercase hex, where it was computed.
    ///
    /// - Throws: ``TransferError/Code/digestMismatch`` if the content is another one.
    mutating func result() throws(TransferError) -> String? {
        let digest = sha256.map { Hex.encode($0.digest) }
        for expected in order.digests where expected.sha256 != digest {
            let whose = expected.origin == .user ? "expected" : "announced by the server"
            throw TransferError(
                .digestMismatch, "SHA-256 is \(digest ?? ""), but \(whose) was \(expected.sha256)")
        }
        guard let expected = order.checksum, let value = checksum?.finalize() else { return digest }
        guard value == expected.value else {
            let parts = expected.parts.map { " over \($0.count) parts of \($0.size) bytes" } ?? ""
            throw TransferError(
                .digestMismatch,
                "\(expected.algorithm.spoken)\(parts) is \(value), but announced by the store was \(expected.value)")
        }
        return digest ?? (expected.algorithm == .sha256 && expected.parts == nil ? value : nil)
    }
}

extension ObjectChecksum.Algorithm {
    /// As people write it.
    fileprivate var spoken: String {
        switch self {
        case .crc32: "CRC-32"
        case .crc32c: "CRC-32C"
        case .crc64nvme: "CRC-64/NVME"
        case .sha1: "SHA-1"
        case .sha256: "SHA-256"
        }
    }
}
