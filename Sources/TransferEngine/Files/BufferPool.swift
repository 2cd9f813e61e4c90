import Glibc
import Synchronization

/// A fixed number of equal, aligned buffers, made once and used again and again.
///
/// A fresh megabyte from `malloc` is a fresh mapping and costs a page fault for every 4 KiB of it; a buffer that was
/// used before does not. The last one given back is the first to be given out, so that a quiet engine touches few.
final class BufferPool: Sendable {
    /// Bytes in each buffer.
    let bufferSize: Int

    private struct State: @unchecked Sendable {
        let base: UnsafeMutableRawPointer
        var free: [Int]
        var isSomeoneWaiting = false
    }

    private let state: Mutex<State>
    private let count: Int
    /// Called, on any thread, when a buffer comes back when somebody found too few of them.
    private let onReturn: @Sendable () -> Void

    init(count: Int, bufferSize: Int, onReturn: @escaping @Sendable () -> Void) {
        let base = mmap(nil, count * bufferSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let base, base != MAP_FAILED else { preconditionFailure("no memory for buffers") }
        self.count = count
        self.bufferSize = bufferSize
        self.onReturn = onReturn
        state = Mutex(State(base: base, free: Array((0..<count).reversed())))
    }

    deinit {
        let size = count * bufferSize
        state.withLock { _ = munmap($0.base, size) }
    }

    /// Whether a buffer could be had.
    var hasFree: Bool { state.withLock { !$0.free.isEmpty } }

    /// A buffer, or `nil` if all are in use; then somebody has to wait.
    func take() -> PooledBuffer? { take(least: 1, most: 1).first }

    /// Up to `most` buffers, or none if there are fewer than `least`; then somebody has to wait.
    ///
    /// - Parameter reserve: So many are left to others.
    func take(least: Int, most: Int, leaving reserve: Int = 0) -> [PooledBuffer] {
        state.withLock { state in
            let available = state.free.count - reserve
            guard available >= least else {
                state.isSomeoneWaiting = true
                return []
            }
            return (0..<min(most, available)).map { _ in
                let index = state.free.removeLast()
                return PooledBuffer(
                    bytes: UnsafeMutableRawBufferPointer(start: state.base + index * bufferSize, count: bufferSize),
                    index: index)
            }
        }
    }

    /// Gives a buffer back.
    func giveBack(_ buffer: PooledBuffer) {
        let wasAwaited = state.withLock { state in
            state.free.append(buffer.index)
            defer { state.isSomeoneWaiting = false }
            return state.isSomeoneWaiting
        }
        if wasAwaited { onReturn() }
    }
}

/// One buffer of a pool. Whoever holds it owns its bytes, and gives it back once.
struct PooledBuffer: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer
    fileprivate let index: Int
}
