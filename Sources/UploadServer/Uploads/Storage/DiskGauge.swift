import Synchronization

/// Whether the disk has room, looked up a few times a second at most. All calls block.
final class DiskGauge: Sendable {
    private struct Reading: Sendable {
        /// What is left of what was free, after all that was granted since.
        var bytes: Int64
        var time: ContinuousClock.Instant
    }

    private static let age = Duration.milliseconds(250)
    private let storage: any ChunkStorage
    private let reserve: Int64
    private let reading = Mutex<Reading?>(nil)

    init(_ storage: any ChunkStorage, reserve: Int64) {
        self.storage = storage
        self.reserve = reserve
    }

    /// Throws a ``Problem`` unless so many bytes fit beside what has to stay free.
    ///
    /// - Parameter isTaken: They are written at once, so that they are not there for the next one who asks.
    func demand(_ bytes: Int64, isTaken: Bool) throws {
        let now = ContinuousClock.now
        try reading.withLock { reading in
            var current: Reading
            if let known = reading, now - known.time < Self.age {
                current = known
            } else {
                current = Reading(bytes: try storage.freeBytes(), time: now)
            }
            let fits = current.bytes - reserve >= bytes
            if fits, isTaken { current.bytes -= bytes }
            reading = current
            guard fits else { throw Problem(.noRoom, "there is no room for \(bytes) more bytes") }
        }
    }
}
