import Hummingbird

/// The body of a request, taken in measured portions.
struct ChunkBody {
    /// Thrown if the body is over too early.
    struct EarlyEnd: Error {}

    private var parts: RequestBody.AsyncIterator
    private var part = ByteBuffer()
    private let reception: Reception
    private let bytesPerSecond: Int?
    private let start = ContinuousClock.now
    private var count = 0

    /// - Parameter bytesPerSecond: How fast it is read at most; `nil` for no limit.
    init(_ body: RequestBody, reception: Reception, bytesPerSecond: Int?) {
        parts = body.makeAsyncIterator()
        self.reception = reception
        self.bytesPerSecond = bytesPerSecond
    }

    /// Waits until so many bytes can be taken without waiting. Throws ``EarlyEnd``.
    mutating func gather(_ least: Int) async throws {
        while part.readableBytes < least {
            var next = try await nextPart()
            if part.readableBytes == 0, next.readableBytes >= least {
                part = next
            } else {
                // Copied even if it is the first: a few bytes may come in a buffer that is much larger.
                if part.readableBytes == 0 { part = ByteBufferAllocator().buffer(capacity: least) }
                part.writeBuffer(&next)
            }
        }
    }

    /// Gives bytes back that were taken last, to a body of which nothing else is left to be taken without waiting.
    mutating func putBack(_ bytes: UnsafeRawBufferPointer) {
        part = ByteBuffer(bytes: bytes)
    }

    private mutating func nextPart() async throws -> ByteBuffer {
        reception.awaitClient()
        let next = try await parts.next()
        reception.clientSent()
        guard let next else { throw EarlyEnd() }
        count += next.readableBytes
        if let bytesPerSecond {
            try await Task.sleep(
                until: start + .seconds(Double(count) / Double(bytesPerSecond)), clock: .continuous)
        }
        return next
    }

    /// Copies the next `count` bytes to the front of a buffer. Throws ``EarlyEnd``.
    ///
    /// - Parameter isHurried: Asked before each time of waiting; if so, the filling ends.
    /// - Returns: How many bytes were copied.
    mutating func fill(
        _ buffer: UnsafeMutableRawBufferPointer, count: Int, isHurried: () -> Bool
    ) async throws -> Int {
        var filled = 0
        while filled < count {
            if part.readableBytes == 0 {
                if isHurried() { return filled }
                part = try await nextPart()
            }
            let taken = min(count - filled, part.readableBytes)
            part.readWithUnsafeReadableBytes { source in
                UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<(filled + taken)])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<taken]))
                return taken
            }
            filled += taken
        }
        return filled
    }
}
