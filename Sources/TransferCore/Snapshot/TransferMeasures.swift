/// What is measured of a transfer while it runs, for people to look at.
struct TransferMeasures: Sendable, Hashable {
    /// As in ``TransferDetail/speeds``.
    var speeds = ChunkMeasures()
    /// As in ``TransferDetail/latencies``.
    var latencies = ChunkMeasures()
    /// As in ``TransferDetail/throughput``.
    var history = ThroughputHistory()

    /// Notes how a chunk came or went.
    ///
    /// - Parameters:
    ///   - bytes: What moved in `duration`; nothing is said of the speed if that is too short to be measured.
    ///   - count: How many chunks there are now.
    mutating func note(_ chunk: Int, of count: Int, bytes: Int64, in duration: Duration, latency: Duration?) {
        if duration >= .microseconds(100) { speeds.set(Double(bytes) / duration.inSeconds, at: chunk, of: count) }
        if let latency { latencies.set(latency.inSeconds * 1_000_000, at: chunk, of: count) }
    }

    /// The chunks are others now.
    mutating func forgetChunks() {
        speeds = ChunkMeasures()
        latencies = ChunkMeasures()
    }
}
