import Glibc
import TestSupport
import Testing
import TransferCore
import TransferEngine

/// Stores that refuse, and what is done about it.
@Suite struct StoreTroubleScenarios {
    private static let file = PatternFile(seed: 52, size: 300_000)

    private func fetch(_ faults: [Fault], _ address: String = StoreBench.address) async throws -> (
        result: TransferSnapshot, bench: StoreBench
    ) {
        let bench = try StoreBench(Self.file, faults: faults)
        return (try await bench.fetch(address), bench)
    }

    private func arrivedIntact(_ bench: StoreBench) throws -> Bool {
        try Self.file.firstDifference(fromFileAt: bench.bench.folder.path("out")) == nil
    }

    @Test func expiredCredentialsAreReadAgain() async throws {
        let (result, bench) = try await fetch([.refusal(3, 400, "ExpiredToken")])
        #expect(result.state == .completed)
        #expect(try arrivedIntact(bench))
        #expect(bench.access.counts.reloads >= 1)
        // Others were under way meanwhile; the one that was refused has the new ones, for the same bytes.
        let refused = bench.server.requests[2]
        let again = bench.server.requests.filter { $0["Authorization"]?.contains("Credential=KEY1/") == true }
        #expect(again.contains { $0.range == refused.range })
        // For the machine nothing has happened.
        #expect(result.retries == 0)
    }

    @Test func credentialsThatHaveExpiredAtOnceAreReadAgainToo() async throws {
        let (result, bench) = try await fetch([
            Fault(.request(1), .status(400)), .refusal(2, 400, "ExpiredToken"),
        ])
        #expect(result.state == .completed)
        #expect(try arrivedIntact(bench))
        #expect(bench.server.requests.prefix(4).map(\.method) == ["HEAD", "GET", "HEAD", "GET"])
        #expect(bench.access.counts == (lookups: 2, reloads: 1))
    }

    @Test func theClockOfTheStoreCounts() async throws {
        let date = [HeaderField("Date", "Sun, 06 Nov 2044 08:49:37 GMT")]
        let (result, bench) = try await fetch([.refusal(2, 403, "RequestTimeTooSkewed", date)])
        #expect(result.state == .completed)
        #expect(bench.server.requests.dropFirst(2).allSatisfy { $0["X-Amz-Date"]?.hasPrefix("20441106T") == true })
    }

    @Test func theRegionIsLearnt() async throws {
        let (result, bench) = try await fetch([
            Fault(.request(1), .status(301, [HeaderField("Location", "http://127.0.0.1:1/")])),
            .refusal(2, 301, "PermanentRedirect", [HeaderField("x-amz-bucket-region", "eu-west-1")]),
        ])
        #expect(result.state == .completed)
        #expect(try arrivedIntact(bench))
        let regions = bench.server.requests.map { $0["Authorization"]?.contains("/eu-west-1/s3/") }
        #expect(regions.prefix(2).allSatisfy { $0 == false })
        #expect(regions.dropFirst(2).allSatisfy { $0 == true })
    }

    @Test(arguments: [1, 2, 3])
    func aBusyStoreIsAskedAgain(_ request: Int) async throws {
        let (result, bench) = try await fetch([.refusal(request, 503, "SlowDown")])
        #expect(result.state == .completed)
        #expect(try arrivedIntact(bench))
        #expect(result.retries == 1)
    }

    @Test func aMissingObjectIsNamed() async throws {
        let missing = (1...2).map { Fault.refusal($0, 404, "NoSuchKey") }
        let (result, bench) = try await fetch(missing)
        #expect(result.state == .failed)
        #expect(result.error?.detail.description == "there is no object a/b.bin in photos")
        #expect(bench.server.requests.map(\.method) == ["HEAD", "GET"])
    }

    @Test func anArchivedObjectNamesItsReason() async throws {
        let (result, _) = try await fetch([.refusal(2, 403, "InvalidObjectState")])
        #expect(result.state == .paused)
        #expect(result.error?.detail.description.contains("restored") == true)
    }

    @Test func aFolderIsNothingToFetch() async throws {
        let (result, bench) = try await fetch([], "s3://photos/a/")
        #expect(result.state == .failed)
        #expect(result.error?.code == .malformed)
        #expect(bench.server.requests.isEmpty)
    }

    @Test func withoutCredentialsNobodyIsAsked() async throws {
        var bench = try StoreBench(Self.file)
        bench.bench.access = StoreAccess.none
        let result = try await bench.fetch()
        #expect(result.state == .paused)
        #expect(result.error?.detail.description == "no credentials")
        #expect(bench.server.requests.isEmpty)
    }

    @Test func aRefusalWithoutEndIsCutOff() async throws {
        let flood = String(repeating: "x", count: 300_000)
        let (result, _) = try await fetch([Fault(.request(2), .status(403, body: flood))])
        #expect(result.state == .paused)
        #expect(result.error?.code == .forbidden)
    }

    @Test func aStoreThatGoesAwayDuringTheQuestionIsAskedAgain() async throws {
        let (result, bench) = try await fetch([
            Fault(.request(1), .reset(after: -1)), Fault(.request(2), .reset(after: -1)),
        ])
        #expect(result.state == .completed)
        #expect(try arrivedIntact(bench))
    }

    @Test func aTransferThatIsRemovedDuringTheQuestionIsGone() async throws {
        let bench = try StoreBench(Self.file, faults: [Fault(.request(1), .stall(after: -1))])
        defer { bench.server.stop() }
        try await onOwnThread {
            let engine = try bench.bench.engine()
            defer { engine.stop() }
            engine.send(.add([bench.bench.wish(StoreBench.address, to: "out")]))
            let running = try engine.wait("the question is asked") { _ in !bench.server.requests.isEmpty }
            let ids = running.transfers.map(\.id)
            engine.send(.remove(ids, withData: true))
            _ = try engine.wait("it is gone") { $0.transfers.isEmpty && $0.isIdle && $0.commandsTaken >= 2 }
        }
        #expect(try bench.bench.folder.names().isEmpty)
    }
}
