import Synchronization

/// Whether the disk has room, looked up a few times a second at most.
final class DiskGauge: Sendable {
    private struct Reading: Sendable {
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
    func demand(_ bytes: Int64) throws {
        let now = ContinuousClock.now
        let free = try reading.withLock { reading in
            if let known = reading, now - known.time < Self.age { return known.bytes }
            let fresh = try storage.freeBytes()
            reading = Reading(bytes: fresh, time: now)
            return fresh
        }
        guard free - reserve >= bytes else { throw Problem(.noRoom, "there is no room for \(bytes) more bytes") }
    }
}
