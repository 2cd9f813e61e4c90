import TestSupport
import Testing
import TransferCore
import TransferEngine

/// Stores that speak less of S3 than AWS does.
@Suite(.timeLimit(.minutes(5))) struct GenericStoreScenarios {
    @Test(arguments: StoreRules.UnknownChecksums.allCases)
    func withoutChecksumsPartsGoAllTheSame(_ unknown: StoreRules.UnknownChecksums) async throws {
        var rules = StoreRules()
        rules.unknownChecksums = unknown
        let bench = try StoreUploadBench(rules: rules)
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        let status = unknown == .notImplemented ? 501 : 400
        #expect(bench.store.log == ["head 404", "create \(status)", "create 200"] + StoreLog.parts + StoreLog.end)
        #expect(bench.store.bytesTaken == bench.file.size)
        #expect(bench.store.content.objects[StoreUploadBench.key]?.sha256 == nil)
        // The content is signed for instead.
        let parts = bench.store.requests.filter { $0.request.operation == .part }
        #expect(parts.allSatisfy { $0.request.recorded["x-amz-content-sha256"]?.count == 64 })
    }

    @Test(arguments: StoreRules.UnknownChecksums.allCases)
    func withoutChecksumsSmallFilesGoAllTheSame(_ unknown: StoreRules.UnknownChecksums) async throws {
        var rules = StoreRules()
        rules.unknownChecksums = unknown
        let bench = try StoreUploadBench(StoreUploadBench.small, rules: rules)
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log == ["head 404", "put \(unknown == .notImplemented ? 501 : 400)", "put 200"])
    }

    @Test func withoutConditionsTheKeyIsLookedAtInstead() async throws {
        var rules = StoreRules()
        rules.knowsConditions = false
        let bench = try StoreUploadBench(rules: rules)
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log == StoreLog.whole.dropLast() + ["complete 501", "head 404", "complete 200"])
    }

    @Test func withoutConditionsAKeyThatIsTakenStaysSo() async throws {
        var rules = StoreRules()
        rules.knowsConditions = false
        let bench = try StoreUploadBench(
            rules: rules,
            troubles: [.init(.complete, .meanwhile { $0.put(StoreUploadBench.theirs, as: StoreUploadBench.key) })])
        let result = try await bench.send()
        #expect(result.state == .paused)
        #expect(result.error?.code == .remoteNameTaken)
        #expect(bench.store.log == StoreLog.whole.dropLast() + ["complete 501", "head 200"])
        #expect(bench.isTheirs)
    }

    /// It does not say which of the two it does not know.
    @Test(arguments: [0, 1000])
    func withoutEitherSmallFilesGoAllTheSame(_ size: Int64) async throws {
        var rules = StoreRules()
        rules.unknownChecksums = .notImplemented
        rules.knowsConditions = false
        let bench = try StoreUploadBench(PatternFile(seed: 95, size: size), rules: rules)
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log == ["head 404", "put 501", "put 501", "head 404", "put 200"])
    }

    @Test func withoutEitherPartsGoAllTheSame() async throws {
        var rules = StoreRules()
        rules.unknownChecksums = .notImplemented
        rules.knowsConditions = false
        let bench = try StoreUploadBench(rules: rules, troubles: [.init(.part, part: 2, .loseAnswer)])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log.suffix(3) == ["complete 501", "head 404", "complete 200"])
    }
}
