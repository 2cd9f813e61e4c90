import TestSupport
import Testing

/// The promises of uploads to an object store, against a real store, real processes and a real SIGKILL.
extension KillTests {
    /// 512 MiB in parts of 8 MiB straight to the store; the client is killed ten times.
    @Test func survivesKillsOnTheWayToAnObjectStore() async throws {
        let run = try await StoreKillRun()
        defer { run.proxy.stop() }
        try await run.upload(to: "s3://\(run.bucket)/", kills: 10)
        #expect(run.clientKills == 10)
        try await run.expectWhole(key: "large.bin")
    }

    /// The same through a chunk server that signs addresses: both are killed ten times, and the server sees no bytes.
    @Test func survivesKillsOnTheWayThroughPresignedAddresses() async throws {
        let run = try await StoreKillRun(serving: "in/")
        defer { run.proxy.stop() }
        let front = try MeddlingProxy(to: try #require(run.server?.port))
        defer { front.stop() }
        try await run.upload(to: "http://127.0.0.1:\(front.port)/", kills: 10)
        #expect(run.clientKills == 10 && run.serverKills == 10)
        try await run.expectWhole(key: "in/large.bin")
        #expect(front.bytesFromClients < 1 << 20, "of a file of 512 MiB went through the server")
    }
}
