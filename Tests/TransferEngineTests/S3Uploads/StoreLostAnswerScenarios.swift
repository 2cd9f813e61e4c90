import TestSupport
import Testing
import TransferCore
import TransferEngine

/// What was done and whose answer never came: asked about, and never done twice.
@Suite(.timeLimit(.minutes(5))) struct StoreLostAnswerScenarios {
    @Test func aPartIsAskedForAndNotSentAgain() async throws {
        let bench = try StoreUploadBench(troubles: [.init(.part, part: 2, .loseAnswer)])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(
            bench.store.log
                == StoreLog.beginning + ["part 1 200", "part 2 -", "listParts 200", "part 3 200"] + StoreLog.end)
        #expect(bench.store.bytesTaken == bench.file.size)
        #expect(result.retries == 1)
    }

    /// The upload that it has begun is taken for ours, and no second one is left behind.
    @Test func aBeginningIsAdopted() async throws {
        let bench = try StoreUploadBench(troubles: [.init(.create, .loseAnswer)])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(
            bench.store.log
                == ["head 404", "create -", "head 404", "listUploads 200", "listParts 200"] + StoreLog.parts
                + StoreLog.end)
        #expect(bench.store.content.uploadsBegun == 1)
        #expect(bench.store.bytesTaken == bench.file.size)
    }

    /// Others' uploads to the same key are neither gone on with nor aborted: one of long ago, and one that has parts.
    @Test func aBeginningOfSomebodyElseIsNot() async throws {
        let bench = try StoreUploadBench(troubles: [.init(.create, .refuse(500))])
        bench.store.change { content in
            content.begin(StoreUploadBench.key, hasChecksums: true, initiated: 1_000_000_000)
            let used = content.begin(StoreUploadBench.key, hasChecksums: true)
            content.put([1], asPart: 1, of: used)
        }
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.isOurs)
        #expect(Set(bench.store.content.uploads.keys) == ["upload-1", "upload-2"])
        let search = ["head 404", "create 500", "head 404", "listUploads 200", "listParts 200", "create 200"]
        #expect(bench.store.log == search + StoreLog.parts + StoreLog.end)
    }

    /// libcurl makes the request again by itself while there are connections that were used before, which does no harm;
    /// if those answers are lost too, the store is asked.
    @Test(arguments: [nil, StoreRules.UnknownChecksums.notImplemented], [1, 10])
    func theEndIsProvedByTheObject(_ unknown: StoreRules.UnknownChecksums?, _ times: Int) async throws {
        var rules = StoreRules()
        rules.unknownChecksums = unknown
        let bench = try StoreUploadBench(rules: rules, troubles: [.init(.complete, times: times, .loseAnswer)])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        let log = bench.store.log
        #expect(log.suffix(2) == [times == 1 ? "complete 404" : "listParts 404", "head 200"])
        #expect(log.contains("complete -") && !log.contains("complete 200"))
        #expect(bench.store.content.uploadsBegun == 1)
        #expect(bench.store.bytesTaken == bench.file.size)
        #expect(result.retries == (times == 1 ? 0 : 1))
    }

    /// The object was there for a moment, and then another one.
    @Test func anEndThatCannotBeProvedIsNone() async throws {
        let bench = try StoreUploadBench(troubles: [
            .init(.complete, times: 10, .loseAnswer),
            .init(.listParts, after: 1, .meanwhile { $0.put(StoreUploadBench.theirs, as: StoreUploadBench.key) }),
        ])
        let result = try await bench.send()
        #expect(result.state == .paused)
        #expect(result.error?.code == .remoteNameTaken)
        #expect(bench.store.log.suffix(4) == ["complete -", "listParts 404", "head 200", "head 200"])
        #expect(bench.isTheirs)
        #expect(bench.store.bytesTaken == bench.file.size)
    }

    @Test func anObjectOfOneRequestIsRecognised() async throws {
        let bench = try StoreUploadBench(StoreUploadBench.small, troubles: [.init(.put, .loseAnswer)])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log == ["head 404", "put -", "head 200"])
        #expect(bench.store.bytesTaken == bench.file.size)
    }

    /// Sent again, it meets itself.
    @Test(arguments: [0, 1000], [nil, StoreRules.UnknownChecksums.invalidArgument])
    func anObjectThatMeetsItselfIsOurs(_ size: Int64, _ unknown: StoreRules.UnknownChecksums?) async throws {
        var rules = StoreRules()
        rules.unknownChecksums = unknown
        // The first request without checksums, where the store does not know them.
        let bench = try StoreUploadBench(
            PatternFile(seed: 94, size: size), rules: rules,
            troubles: [.init(.put, after: unknown == nil ? 0 : 1, .answerWrongly(500))])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log.suffix(2) == ["put 412", "head 200"])
        #expect(bench.store.log.filter { $0 == "put 500" }.count == 1)
    }

    @Test func anObjectThatMeetsAnotherIsNot() async throws {
        let bench = try StoreUploadBench(
            StoreUploadBench.small,
            troubles: [.init(.put, .meanwhile { $0.put([UInt8](repeating: 1, count: 1000), as: StoreUploadBench.key) })]
        )
        let result = try await bench.send()
        #expect(result.state == .paused)
        #expect(result.error?.code == .remoteNameTaken)
        #expect(bench.store.log == ["head 404", "put 412", "head 200"])
    }
}
