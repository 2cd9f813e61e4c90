import TestSupport
import Testing
import TransferCore
import TransferEngine

/// Refusals of a download after which the same request is made again, or is not (`botocore/retries/standard.py`).
@Suite struct StoreRetryDownloadScenarios {
    private static let file = PatternFile(seed: 55, size: 300_000)

    /// One connection, so that there is one order in which requests can come: the question, and then ranges.
    private func fetch(_ faults: [Fault]) async throws -> (result: TransferSnapshot, bench: StoreBench) {
        let bench = try StoreBench(Self.file, faults: faults)
        defer { bench.server.stop() }
        var options = EngineBench.quickOptions
        options.connections = 1
        return (try await bench.bench.fetch(StoreBench.address, to: "out", options: options), bench)
    }

    private func arrivedIntact(_ bench: StoreBench) throws -> Bool {
        try Self.file.firstDifference(fromFileAt: bench.bench.folder.path("out")) == nil
    }

    @Test(
        arguments: [
            (500, "InternalError"), (502, "BadGateway"), (503, "SlowDown"), (503, "ServiceUnavailable"),
            (504, "GatewayTimeout"), (429, "TooManyRequests"), (400, "RequestTimeout"), (400, "ThrottlingException"),
        ], [2, 3])
    func aRangeIsAskedForAgain(_ refusal: (Int, String), _ number: Int) async throws {
        let (result, bench) = try await fetch([.refusal(number, refusal.0, refusal.1)])
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(try arrivedIntact(bench))
        #expect(result.retries == 1)
        let requests = bench.server.requests
        #expect(requests[number - 1].status == refusal.0)
        #expect(requests.filter { $0.range == requests[number - 1].range }.map(\.status) == [refusal.0, 206])
        #expect(bench.server.bodyBytesSent < Self.file.size + 1000)
    }

    @Test func aRangeWhoseConnectionBreaksGoesOnBehindWhatCame() async throws {
        let (result, bench) = try await fetch([Fault(.request(3), .reset(after: 50_000))])
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(try arrivedIntact(bench))
        #expect(bench.gets.count >= 3)
    }

    @Test func theStoreIsLeftAloneForAsLongAsItWants() async throws {
        let (result, bench) = try await fetch([
            .refusal(2, 503, "SlowDown", [HeaderField("Retry-After", "1")])
        ])
        #expect(result.state == .completed)
        #expect(try arrivedIntact(bench))
        let finished = try #require(result.finishedAt)
        #expect(finished.milliseconds - result.createdAt.milliseconds >= 1000)
    }

    @Test func theRegionIsLearntFromAMalformedSignature() async throws {
        let (result, bench) = try await fetch([
            Fault(.request(1), .status(400)),
            .refusal(2, 400, "AuthorizationHeaderMalformed", more: "<Region>eu-west-1</Region>"),
        ])
        #expect(result.state == .completed)
        #expect(try arrivedIntact(bench))
        let regions = bench.server.requests.map { $0["Authorization"]?.contains("/eu-west-1/s3/") }
        #expect(regions.dropFirst(2).allSatisfy { $0 == true })
    }

    /// Each of them is mended once, and the second time it stands.
    @Test(arguments: [
        (400, "ExpiredToken", TransferError.Code.unauthorized), (403, "RequestTimeTooSkewed", .unauthorized),
        (403, "AccessDenied", .forbidden), (403, "SignatureDoesNotMatch", .unauthorized),
        (404, "NoSuchBucket", .notFound),
    ])
    func whatStaysIsTold(_ status: Int, _ code: String, _ error: TransferError.Code) async throws {
        let (result, bench) = try await fetch((1...10).map { .refusal($0, status, code) })
        #expect(result.state == (error.disposition == .fatal ? .failed : .paused))
        #expect(result.error?.code == error)
        let isMended = code == "ExpiredToken" || code == "RequestTimeTooSkewed"
        #expect(bench.server.requests.map(\.method) == (isMended ? ["HEAD", "GET", "HEAD", "GET"] : ["HEAD", "GET"]))
        #expect(bench.access.counts.reloads == (code == "ExpiredToken" ? 1 : 0))
    }
}
