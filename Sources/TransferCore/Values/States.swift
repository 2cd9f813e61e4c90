/// Which way the bytes of a transfer go.
public enum Direction: String, Sendable, Codable {
    case download
    case upload
}

/// Where a transfer stands.
public enum TransferState: String, Sendable, Codable, CaseIterable {
    /// Waits for its turn.
    case queued
    /// Asks the remote what it has and gets its file ready.
    case preparing
    /// Moves bytes.
    case active
    /// Backs off; nothing moves until a known time.
    case waiting
    /// Stopped by a person, or by an error that needs one.
    case paused
    /// All bytes are there; digests are being compared.
    case verifying
    /// The file stands under its final name.
    case completed
    /// Ended by an error that trying again cannot mend.
    case failed

    /// Whether the transfer has come to its end, well or badly.
    public var isFinal: Bool { self == .completed || self == .failed }

    /// Whether the engine works on it or holds a timer for it.
    public var isRunning: Bool {
        switch self {
        case .preparing, .active, .waiting, .verifying: true
        case .queued, .paused, .completed, .failed: false
        }
    }
}

/// Where a chunk stands.
public enum ChunkState: UInt8, Sendable, CaseIterable {
    case pending
    case active
    case verifying
    case done
    case waiting
    case failed
    /// It was already there when the transfer resumed.
    case skipped
}
