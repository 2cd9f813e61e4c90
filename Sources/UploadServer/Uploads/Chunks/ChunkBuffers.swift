import Glibc
import Synchronization

/// The fixed number of buffers that all chunks pass through, made once and used again and again.
///
/// They bound the memory of the server: who finds none waits, and does not read from its client meanwhile. A few slow
/// clients cannot stop all: while others wait, a slow client's buffer is given back before it is full
/// (``ChunkReceiver``), and a client that holds one and sends nothing is cut off.
final class ChunkBuffers: Sendable {
    /// Bytes in each buffer. Buffers are aligned for direct writes.
    static let bufferSize = 1 << 20

    /// One buffer. Whoever holds it owns its bytes, and gives it back once.
    struct Buffer: @unchecked Sendable {
        let bytes: UnsafeMutableRawBufferPointer
        fileprivate let index: Int
    }

    private let base: Mapping
    private let line: WaitingLine<Buffer>
    private let patience: Duration
    private let holders: Mutex<[Int: Reception]> = Mutex([:])
    private let isWatching = Mutex(false)

    init(memory: Int, patience: Duration) {
        let count = max(1, memory / Self.bufferSize)
        let mapping = Mapping(size: count * Self.bufferSize)
        base = mapping
        self.patience = patience
        // The last of the list is given out first, so that a quiet server touches few.
        line = WaitingLine(
            (0..<count).reversed().map { index in
                let start = mapping.start + index * Self.bufferSize
                return Buffer(
                    bytes: UnsafeMutableRawBufferPointer(start: start, count: Self.bufferSize), index: index)
            })
    }

    /// Whether somebody waits for one.
    var isAwaited: Bool { line.isAwaited }

    /// A buffer for the one who receives, as soon as there is one.
    func take(for reception: Reception) async throws -> Buffer {
        let buffer = try await line.take(onWait: watch)
        holders.withLock { $0[buffer.index] = reception }
        return buffer
    }

    func giveBack(_ buffer: Buffer) {
        holders.withLock { $0[buffer.index] = nil }
        line.giveBack(buffer)
    }

    /// Cuts off those who hold a buffer in vain, for as long as somebody waits for one.
    private func watch() {
        let isFirst = isWatching.withLock { isWatching in
            defer { isWatching = true }
            return !isWatching
        }
        guard isFirst else { return }
        Task {
            repeat {
                try? await Task.sleep(for: patience / 4)
                for reception in holders.withLock({ Array($0.values) }) where reception.silence >= patience {
                    reception.cut(.tooSlow)
                }
            } while line.isAwaited
            isWatching.withLock { $0 = false }
            // Somebody may have begun to wait between the last look and now.
            if line.isAwaited { watch() }
        }
    }
}

/// Memory of our own; it goes with the value.
private final class Mapping: @unchecked Sendable {
    let start: UnsafeMutableRawPointer
    private let size: Int

    init(size: Int) {
        let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let start, start != MAP_FAILED else { preconditionFailure("no memory for buffers") }
        self.start = start
        self.size = size
    }

    deinit { munmap(start, size) }
}
