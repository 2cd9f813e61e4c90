import Synchronization
import TransferCore

/// The values of an object's parts that were computed as their bytes were written, so that the file need not be read
/// again for them.
final class PartDigests: Sendable {
    private let values = Mutex<[Int: [UInt8]]>([:])

    /// The value of a part, counted from 0; `nil` if it is not known.
    subscript(index: Int) -> [UInt8]? {
        get { values.withLock { $0[index] } }
        set { values.withLock { $0[index] = newValue } }
    }
}

/// Runs along the bytes that one request writes, and notes the value of every part that it writes from its first byte
/// to its last.
final class PartHasher: Sendable {
    private struct State {
        /// Of the part that is being written; `nil` if its beginning was not seen.
        var hash: (any ContentHash)?
    }

    private let algorithm: ObjectChecksum.Algorithm
    private let partSize: Int64
    /// Of the whole object, in bytes.
    private let size: Int64
    private let digests: PartDigests
    private let state = Mutex(State())

    /// `nil` if the file is not cut into chunks as the object is into parts.
    init?(_ checksum: ObjectChecksum?, chunkSize: Int64, size: Int64?, digests: PartDigests) {
        guard let checksum, let parts = checksum.parts, let size, parts.size == chunkSize else { return nil }
        algorithm = checksum.algorithm
        partSize = parts.size
        self.size = size
        self.digests = digests
    }

    /// Takes bytes into account that were written at `offset`, behind those of the last call.
    func add(_ bytes: UnsafeRawBufferPointer, at offset: Int64) {
        state.withLock { state in
            var (bytes, offset) = (bytes, offset)
            while !bytes.isEmpty {
                let index = Int(offset / partSize)
                let end = min(Int64(index + 1) * partSize, size)
                let count = Int(min(Int64(bytes.count), end - offset))
                guard count > 0 else { return }
                if offset % partSize == 0 { state.hash = algorithm.makeHash() }
                // What was known of the part may not hold any more.
                digests[index] = nil
                state.hash?.update(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                offset += Int64(count)
                bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
                guard offset == end else { continue }
                digests[index] = state.hash?.digest
                state.hash = nil
            }
        }
    }
}
