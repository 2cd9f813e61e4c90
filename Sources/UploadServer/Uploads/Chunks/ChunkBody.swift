import Hummingbird

/// The body of a request, taken in measured portions.
struct ChunkBody {
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

    /// Waits until there is something to take; false if the body is over.
    mutating func waitForBytes() async throws -> Bool {
        while part.readableBytes == 0 {
            reception.awaitClient()
            let next = try await parts.next()
            reception.clientSent()
            guard let next else { return false }
            part = next
            count += next.readableBytes
            if let bytesPerSecond {
                try await Task.sleep(
                    until: start + .seconds(Double(count) / Double(bytesPerSecond)), clock: .continuous)
            }
        }
        return true
    }

    /// Copies the next `count` bytes to the front of a buffer; false if the body is over before.
    mutating func fill(_ buffer: UnsafeMutableRawBufferPointer, count: Int) async throws -> Bool {
        var filled = 0
        while filled < count {
            guard try await waitForBytes() else { return false }
            let taken = min(count - filled, part.readableBytes)
            part.readWithUnsafeReadableBytes { source in
                UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<(filled + taken)])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<taken]))
                return taken
            }
            filled += taken
        }
        return true
    }
}
