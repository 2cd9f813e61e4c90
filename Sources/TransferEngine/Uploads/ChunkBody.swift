import TransferCore

/// The bytes of one chunk on their way out. Lives on the engine's thread.
final class ChunkBody: RequestBody {
    let length: Int64
    /// The next byte to be handed over, from the start of the chunk.
    private(set) var position: Int64 = 0
    /// Whether a piece is being waited for.
    private(set) var isPaused = false
    /// Whether the transport wanted to begin again when all bytes were out. The server may have them, and only the answer
    /// was lost: it is to be asked before they are sent a second time.
    private(set) var isAnswerLost = false
    private let window: ChunkWindow

    init(_ window: ChunkWindow) {
        self.window = window
        length = window.length
    }

    /// Why the chunk could not be read to its end, or not be handed over.
    var failure: TransferError? {
        if isAnswerLost { return TransferError(.connectionLost, "the connection ended before the answer came") }
        return window.failure
    }

    /// Whether a paused body could go on.
    var isReady: Bool { window.holds(position) || window.failure != nil }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> BodyRead {
        guard position < length else {
            isAnswerLost = true
            return .stop
        }
        position = offset
        let count = window.copy(from: offset, to: buffer)
        window.loadAhead(of: offset)
        guard count > 0 else {
            if failure != nil { return .stop }
            isPaused = true
            return .pause
        }
        isPaused = false
        position = offset + Int64(count)
        return .bytes(count)
    }
}
