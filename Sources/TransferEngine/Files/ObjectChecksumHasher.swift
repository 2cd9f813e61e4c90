import TransferCore

/// Computes what an object store calls the checksum of an object, over its content in order.
struct ObjectChecksumHasher {
    private let algorithm: ObjectChecksum.Algorithm
    /// Of a composite one: the length of every part but the last, in bytes.
    private let partSize: Int64?
    /// Over the content, or over the part that the next byte belongs to.
    private var current: any ContentHash
    /// Over the parts' values.
    private var whole: any ContentHash
    private var bytesInPart: Int64 = 0

    /// - Parameter expected: Says what is to be computed; its value has no part in it.
    init(_ expected: ObjectChecksum) {
        algorithm = expected.algorithm
        partSize = expected.parts?.size
        current = algorithm.makeHash()
        whole = algorithm.makeHash()
    }

    /// Adds content at the end.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let partSize else { return current.update(bytes) }
        var bytes = bytes
        while !bytes.isEmpty {
            let count = Int(min(Int64(bytes.count), partSize - bytesInPart))
            current.update(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            bytesInPart += Int64(count)
            bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
            if bytesInPart == partSize { endPart() }
        }
    }

    /// Adds a part at the end, of which only the value is known.
    mutating func addPart(_ value: [UInt8]) {
        value.withUnsafeBytes { whole.update($0) }
    }

    /// The checksum of all of it, in lowercase hex.
    mutating func finalize() -> String {
        guard partSize != nil else { return Hex.encode(current.digest) }
        if bytesInPart > 0 { endPart() }
        return Hex.encode(whole.digest)
    }

    private mutating func endPart() {
        addPart(current.digest)
        current = algorithm.makeHash()
        bytesInPart = 0
    }
}
