import TestSupport
import Testing
import TransferCore
import TransferEngine

/// The end of an upload in parts, and what may be said then.
@Suite(.timeLimit(.minutes(5))) struct StoreCompletionScenarios {
    /// The status was sent before the store knew.
    @Test func aSuccessThatTurnsIntoARefusalIsOne() async throws {
        let bench = try StoreUploadBench(troubles: [.init(.complete, times: 2, .failLate("InternalError"))])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log == StoreLog.whole + StoreLog.end + StoreLog.end)
        #expect(bench.store.bytesTaken == bench.file.size)
        #expect(result.retries == 2)
    }

    @Test func aSuccessThatTakesItsTimeIsOne() async throws {
        let bench = try StoreUploadBench(troubles: [.init(.complete, .answerLate)])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log == StoreLog.whole)
    }

    /// Longer than any other request may be silent.
    @Test func aStoreThatTakesItsTimeIsWaitedFor() async throws {
        var bench = try StoreUploadBench(troubles: [.init(.complete, .silence(.seconds(4)))])
        bench.bench.settings.stallTimeout = .seconds(2)
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log.suffix(1) == ["complete 200"])
        #expect(bench.store.log.filter { $0.hasPrefix("complete") }.count == 1)
    }

    @Test func aSuccessThatIsNoneIsAskedAbout() async throws {
        let bench = try StoreUploadBench(troubles: [.init(.complete, .answerWrongly(200))])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.store.log == StoreLog.whole + ["listParts 404", "head 200"])
    }

    @Test(arguments: [false, true])
    func aRaceForTheKeyStartsOver(isLate: Bool) async throws {
        let code = "ConditionalRequestConflict"
        let bench = try StoreUploadBench(troubles: [.init(.complete, isLate ? .failLate(code) : .refuse(409, code))])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        let first = StoreLog.whole.dropLast() + ["complete \(isLate ? 200 : 409)"]
        #expect(bench.store.log == first + ["abort 204", "listParts 404"] + StoreLog.whole)
        #expect(bench.store.bytesTaken == 2 * bench.file.size)
        #expect(
            result.explanation?.description
                == "the key was written by somebody else meanwhile (ConditionalRequestConflict: Because): "
                + "starting over from 0")
    }

    /// What was sent waits at the store for the person who makes room.
    @Test func aKeyThatWasTakenMeanwhileWaitsForAPerson() async throws {
        let bench = try StoreUploadBench(troubles: [
            .init(.complete, .meanwhile { $0.put(StoreUploadBench.theirs, as: StoreUploadBench.key) })
        ])
        let paused = try await bench.send()
        #expect(paused.state == .paused)
        #expect(paused.error?.code == .remoteNameTaken)
        #expect(bench.store.log == StoreLog.whole.dropLast() + ["complete 412", "head 200"])
        #expect(bench.isTheirs)
        let before = bench.store.log.count

        bench.store.change { $0.remove(StoreUploadBench.key) }
        let result = try await bench.run([.retry([paused.id])], until: "it is there") { $0.isIdle }.transfers[0]
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log.dropFirst(before) == ["listParts 200", "listParts 200", "complete 200"])
        #expect(bench.store.bytesTaken == bench.file.size)
    }

    /// Between the last part and the end, somebody sent another part 1.
    @Test func aPartThatSomebodyElseSentIsNeverPartOfTheFile() async throws {
        let bench = try StoreUploadBench(troubles: [
            .init(.listParts, .meanwhile { $0.put([UInt8](repeating: 7, count: 5 << 20), asPart: 1, of: "upload-1") })
        ])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(
            bench.store.log
                == StoreLog.whole.dropLast() + ["listParts 200", "part 1 200"] + StoreLog.end)
        #expect(bench.store.bytesTaken == bench.file.size + StoreUploadBench.partSize)
    }

    /// And after the store was asked what it has.
    @Test func theStoreRefusesWhatItWasNotAskedFor() async throws {
        let bench = try StoreUploadBench(troubles: [
            .init(.complete, .meanwhile { $0.put([UInt8](repeating: 7, count: 5 << 20), asPart: 1, of: "upload-1") })
        ])
        let result = try await bench.send()
        #expect(result.state == .completed, "\(String(describing: result.error))")
        #expect(bench.hasArrived)
        #expect(bench.store.log.contains("complete 400"))
        #expect(bench.store.content.uploadsBegun == 1)
    }
}
