import TestSupport
import Testing

@testable import TransferCore
@testable import TransferEngine

/// What the executors do before they hand a request to the transport.
@Suite struct ExecutorTests {
    @Test(arguments: [RemoteKind.s3, .http])
    func whoPutsAFileTogetherMayBeSilentForMinutes(kind: RemoteKind) async throws {
        let timeouts = try await onOwnThread {
            let bench = ExecutorBench(ScriptedAccess())
            defer { bench.finish() }
            try bench.send(.status(receipts: [:]), 1, to: kind)
            let receipts = Dictionary(
                uniqueKeysWithValues: (0..<3).map {
                    ($0, Receipt(sha256: String(repeating: "a", count: 64), entityTag: "\"\($0)\""))
                })
            try bench.send(.complete(sha256: nil, receipts: receipts), 2, to: kind)
            try bench.work(until: "both have begun") { bench.transport.started.count == 2 }
            let ordered = bench.transport.started.sorted { $0.id < $1.id }
            return ordered.map(\.options.stallTimeout)
        }
        #expect(timeouts == [EngineSettings().stallTimeout, .seconds(180)])
    }

    // MARK: Credentials that end

    private enum Direction: CaseIterable { case upload, download }

    /// Credentials that end in `validity`; a reload gives out others, of the same validity, or fails.
    private static func keys(
        _ direction: Direction, validity: Duration, reloaded: Bool = true
    ) async throws -> (keys: [String], reloads: Int) {
        try await onOwnThread {
            let end = ManualClock().wallTime() + validity
            let source = ScriptedAccess { (call) throws(TransferError) in
                if call.isReload && !reloaded { throw TransferError(.unauthorized, "no more keys") }
                return ScriptedAccess.credentials(call.isReload ? "new" : "old", until: end)
            }
            let bench = ExecutorBench(source)
            defer { bench.finish() }
            switch direction {
            case .upload: try bench.send(.status(receipts: [:]))
            case .download: bench.fetch()
            }
            try bench.work(until: "the request has begun") { !bench.transport.started.isEmpty }
            return (bench.keys, source.begun.filter(\.isReload).count)
        }
    }

    @Test(arguments: Direction.allCases)
    private func keysThatAreAboutToEndAreLookedUpAnewOnce(direction: Direction) async throws {
        let found = try await Self.keys(direction, validity: .seconds(59))
        #expect(found == (["new"], 1))
    }

    @Test(arguments: Direction.allCases)
    private func keysThatHoldAreUsed(direction: Direction) async throws {
        let found = try await Self.keys(direction, validity: .seconds(61))
        #expect(found == (["old"], 0))
    }

    @Test(arguments: Direction.allCases)
    private func keysThatHoldALittleLongerServeIfThereAreNoOthers(direction: Direction) async throws {
        let found = try await Self.keys(direction, validity: .seconds(59), reloaded: false)
        #expect(found == (["old"], 1))
    }

    @Test func keysThatHaveEndedDoNotServe() async throws {
        let reports = try await onOwnThread {
            let bench = ExecutorBench(
                ScriptedAccess { (_) throws(TransferError) in throw TransferError(.unauthorized, "no more keys") })
            defer { bench.finish() }
            let end = bench.clock.wallTime()
            bench.access = try ScriptedAccess { _ in ScriptedAccess.credentials("old", until: end) }
                .access(StoreOptions(), reload: false)
            try bench.send(.status(receipts: [:]))
            var reports: [UploadReport] = []
            try bench.work(until: "the order has failed") {
                reports += bench.uploads.goOn().map { $0.1 }
                return !reports.isEmpty
            }
            #expect(bench.transport.started.isEmpty)
            return reports
        }
        let error = TransferError(.unauthorized, "no more keys")
        #expect(reports.map(\.outcome) == [.failed(error, retryAfter: nil)])
    }

    /// The store decides when credentials have ended, and its clock differs from ours.
    @Test func theClockOfTheStoreTellsWhenKeysEnd() async throws {
        let keys = try await onOwnThread {
            let bench = ExecutorBench(ScriptedAccess { _ in ScriptedAccess.credentials("new") })
            defer { bench.finish() }
            let end = bench.clock.wallTime() + .seconds(1000)
            bench.access = try ScriptedAccess { _ in ScriptedAccess.credentials("old", until: end) }
                .access(StoreOptions(), reload: false)
            bench.memories.with(TransferID(1)) { $0.clockOffset = .seconds(950) }
            try bench.send(.status(receipts: [:]))
            try bench.work(until: "the request has begun") { !bench.transport.started.isEmpty }
            return bench.keys
        }
        #expect(keys == ["new"])
    }

    // MARK: Transfers that are gone

    @Test func aTransferThatWasForgottenIsNotRememberedForALookup() async throws {
        let isForgotten = try await onOwnThread {
            let source = ScriptedAccess(held: [nil])
            let bench = ExecutorBench(source)
            defer { bench.finish() }
            bench.fetch(1)
            bench.downloads.cancel(RequestID(1))
            bench.downloads.settled(RequestID(1))
            try bench.send(.status(receipts: [:]), 2)
            _ = bench.uploads.cancel(RequestID(2))
            source.release(nil)
            var findings: [AccessLookups.Finding] = []
            try eventuallyBlocking("the lookup is over") {
                findings += bench.lookups.takeFindings()
                return !findings.isEmpty
            }
            for finding in findings {
                bench.downloads.accessIsFound(finding)
                bench.uploads.accessIsFound(finding)
            }
            return bench.access == nil && bench.transport.started.isEmpty
        }
        #expect(isForgotten)
    }
}
