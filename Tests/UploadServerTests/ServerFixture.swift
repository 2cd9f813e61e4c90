import TestSupport
import UploadServer

/// Runs `body` with a server of a folder, and stops the server.
func serving(
    _ folder: TemporaryFolder, faults: FaultPlan? = nil, _ body: @Sendable @escaping (UInt16) async throws -> Void
) async throws {
    let (ports, announce) = AsyncStream<Int>.makeStream()
    let server = try FileServer(folder: folder.path, faults: faults, onListening: { announce.yield($0) })
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { announce.finish() }
            try await server.run()
        }
        var iterator = ports.makeAsyncIterator()
        // No port: the server ended, and its error is thrown below.
        if let port = await iterator.next() { try await body(UInt16(port)) }
        group.cancelAll()
        try await group.waitForAll()
    }
}

/// Every request meets this one fault.
extension FaultPlan {
    static func always(_ chances: Chances, bytesPerSecond: Int? = nil, stall: Duration = .seconds(30)) -> FaultPlan {
        FaultPlan(seed: 1, chances: chances, bytesPerSecond: bytesPerSecond, longestStall: stall)
    }
}
