import TestSupport
import TransferCore

/// A body of reproducible bytes that notes how it is read.
final class PatternBody: RequestBody {
    let pattern: PatternFile
    /// Where each read began, those that gave nothing too.
    private(set) var offsets: [Int64] = []
    /// Asked before every read; `nil` gives bytes.
    var decide: (_ offset: Int64) -> BodyRead? = { _ in nil }
    /// The most bytes of one read.
    var pieceSize = Int.max

    init(seed: UInt64 = 71, size: Int64) {
        pattern = PatternFile(seed: seed, size: size)
    }

    var length: Int64 { pattern.size }
    var bytes: [UInt8] { pattern.bytes }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> BodyRead {
        offsets.append(offset)
        if let decision = decide(offset) { return decision }
        let count = min(buffer.count, pieceSize)
        pattern.fill(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), at: offset)
        return .bytes(count)
    }
}
