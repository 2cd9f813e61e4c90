import Foundation
import TestSupport
import Testing
import TransferCore
import UploadServer

@Suite struct ServerFaultTests {
    private let pattern = PatternFile(seed: 8, size: 1_000_000)

    private func fetch(
        _ plan: FaultPlan, _ method: String = "GET", _ fields: [(String, String)] = [],
        timeout: Duration = .seconds(60)
    ) async throws -> RawResponse {
        let folder = try TemporaryFolder.data()
        try folder.write(pattern, to: "files/f")
        let responses = AsyncStream<RawResponse>.makeStream()
        try await serving(folder, faults: plan) { port in
            let response = try await RawConnection.fetch(
                port: port, method, "/files/f", fields, toTheEnd: true, timeout: timeout)
            responses.continuation.yield(response)
        }
        responses.continuation.finish()
        return try #require(await responses.stream.first { _ in true })
    }

    @Test func busy() async throws {
        let response = try await fetch(.always(.init(busy: 1000)))
        #expect(response.status == 503)
        #expect(response["Retry-After"] == "1")
        #expect(response["Content-Type"] == "application/problem+json")
        #expect(try await fetch(.always(.init(busy: 1000)), "HEAD").status == 200)
    }

    @Test func cut() async throws {
        let plan = FaultPlan.always(.init(cut: 1000))
        guard case .cut(let position) = plan.fault(request: 0, range: ByteRange(0, pattern.size)) else {
            Issue.record("no cut")
            return
        }
        let response = try await fetch(plan)
        #expect(response.status == 200)
        #expect(response["Content-Length"] == "1000000")
        #expect(response.body == pattern.bytes(0..<position))
        #expect([.closed, .reset].contains(response.ending))
    }

    @Test func stallsUntilTheLimit() async throws {
        let plan = FaultPlan.always(.init(stall: 1000), stall: .milliseconds(300))
        guard case .stall(let position) = plan.fault(request: 0, range: ByteRange(0, pattern.size)) else {
            Issue.record("no stall")
            return
        }
        let start = ContinuousClock.now
        let response = try await fetch(plan)
        #expect(ContinuousClock.now - start >= .milliseconds(300))
        #expect(response.body == pattern.bytes(0..<position))
        #expect([.closed, .reset].contains(response.ending))
    }

    @Test(.timeLimit(.minutes(5)))
    func stallsEndWithTheServer() async throws {
        let response = try await fetch(
            .always(.init(stall: 1000), stall: .seconds(3600)), timeout: .milliseconds(200))
        #expect(response.ending == .timedOut)
    }

    @Test func damageIsSeenByThoseWhoAskedForADigest() async throws {
        let plan = FaultPlan.always(.init(damage: 1000))
        let range = ("Range", "bytes=1000-1999")
        guard case .damage(let position) = plan.fault(request: 0, range: ByteRange(1000, 2000)) else {
            Issue.record("no damage")
            return
        }
        let response = try await fetch(plan, "GET", [range, ("Want-Content-Digest", "sha-256=10")])
        let right = pattern.bytes(1000..<2000)
        var damaged = right
        damaged[Int(position)] ^= 0x10
        #expect(response.body == damaged)
        let digest = Data(TestSupport.SHA256.hash(right)).base64EncodedString()
        #expect(response["Content-Digest"] == "sha-256=:\(digest):")
        #expect(try await fetch(plan, "GET", [range]).body == right)
    }

    @Test func rate() async throws {
        let start = ContinuousClock.now
        let response = try await fetch(
            .always(.init(), bytesPerSecond: 100_000), "GET", [("Range", "bytes=0-29999")])
        #expect(ContinuousClock.now - start >= .milliseconds(290))
        #expect(response.body == pattern.bytes(0..<30_000))
    }
}
