import Glibc
import Synchronization
import TestSupport
import Testing
import TransferCore
import WireProtocols

@testable import TransferEngine

/// Who shares a lookup with whom, and who waits for nobody.
@Suite struct AccessLookupsTests {
    private static let unnamed = StoreOptions()
    private static let other = StoreOptions(profile: "other")

    /// Waits until that many requests have their access; the key that each got.
    private static func keys(_ count: Int, _ lookups: AccessLookups) throws -> [RequestID: String] {
        var keys: [RequestID: String] = [:]
        try eventuallyBlocking("\(count) lookups are over, not \(keys)") {
            for finding in lookups.takeFindings() {
                let key = try finding.result.get().credentials.accessKey
                for id in finding.requests { keys[id] = key }
            }
            return keys.count >= count
        }
        return keys
    }

    @Test func aReloadDuringALookupGetsOtherKeys() async throws {
        let keys = try await onOwnThread {
            let source = ScriptedAccess(held: [nil]) { ScriptedAccess.credentials($0.isReload ? "new" : "old") }
            let lookups = AccessLookups(source: source) {}
            defer { lookups.finish() }
            lookups.lookUp(Self.unnamed, isReload: false, for: RequestID(1))
            try eventuallyBlocking("the lookup is under way") { source.begun.count == 1 }
            lookups.lookUp(Self.unnamed, isReload: true, for: RequestID(2))
            lookups.lookUp(Self.unnamed, isReload: false, for: RequestID(3))
            source.release(nil)
            return try Self.keys(3, lookups)
        }
        #expect(keys == [RequestID(1): "old", RequestID(2): "new", RequestID(3): "old"])
    }

    @Test func allWhoNeedTheSameShareOneLookup() async throws {
        let calls = try await onOwnThread {
            let source = ScriptedAccess(held: [nil])
            let lookups = AccessLookups(source: source) {}
            defer { lookups.finish() }
            for id in 1...100 { lookups.lookUp(Self.unnamed, isReload: false, for: RequestID(UInt64(id))) }
            source.release(nil)
            _ = try Self.keys(100, lookups)
            // Behind it, there is another one.
            lookups.lookUp(Self.unnamed, isReload: false, for: RequestID(101))
            _ = try Self.keys(1, lookups)
            return source.begun
        }
        #expect(calls.count == 2)
    }

    @Test func aProfileThatHangsHoldsUpNoOther() async throws {
        try await onOwnThread {
            let source = ScriptedAccess(held: [nil])
            let lookups = AccessLookups(source: source) {}
            defer { lookups.finish() }
            // More of them than there are threads: the region makes them different.
            for id in 1...8 {
                lookups.lookUp(
                    StoreOptions(region: "r\(id)"), isReload: false, for: RequestID(UInt64(id)))
            }
            lookups.lookUp(Self.other, isReload: false, for: RequestID(9))
            let first = try Self.keys(1, lookups)
            #expect(Array(first.keys) == [RequestID(9)])
            source.release(nil)
            _ = try Self.keys(8, lookups)
        }
    }

    @Test func quittingInterruptsALookupAndForgetsThoseBehindIt() async throws {
        let (elapsed, calls) = try await onOwnThread {
            let source = ScriptedAccess(held: [nil])
            let lookups = AccessLookups(source: source) {}
            for id in 1...8 {
                lookups.lookUp(
                    StoreOptions(region: "r\(id)"), isReload: false, for: RequestID(UInt64(id)))
            }
            try eventuallyBlocking("a lookup is under way") { source.begun.count == 1 }
            let start = ContinuousClock.now
            lookups.finish()
            lookups.lookUp(Self.other, isReload: false, for: RequestID(9))
            return (ContinuousClock.now - start, source.begun)
        }
        // Half a second is the most, on a machine that has the time.
        #expect(elapsed < .seconds(10))
        #expect(calls == [ScriptedAccess.Call(profile: nil, isReload: false)])
    }

    /// It never ends, so that whoever waited for it would wait for ever.
    @Test func quittingDoesNotWaitForALookupThatCannotBeInterrupted() async throws {
        final class Deaf: S3AccessSource {
            let isHanging = Mutex(false)
            let isReleased = Mutex(false)

            func access(_ options: StoreOptions, reload: Bool) throws(TransferError) -> S3Access {
                isHanging.withLock { $0 = true }
                while !isReleased.withLock({ $0 }) { usleep(1000) }
                throw TransferError(.unauthorized, "never mind")
            }
        }
        try await onOwnThread {
            let source = Deaf()
            defer { source.isReleased.withLock { $0 = true } }
            let lookups = AccessLookups(source: source) {}
            lookups.lookUp(Self.unnamed, isReload: false, for: RequestID(1))
            try eventuallyBlocking("the lookup is under way") { source.isHanging.withLock { $0 } }
            lookups.finish()
            #expect(lookups.takeFindings().isEmpty)
        }
    }

    @Test func anEngineStopsDuringALookup() async throws {
        let source = ScriptedAccess(held: [nil])
        var bench = try EngineBench()
        bench.access = source
        let elapsed = try await onOwnThread { [bench] in
            let engine = try bench.engine()
            engine.send(.add([bench.wish("s3://photos/a.bin", to: "out")]))
            try eventuallyBlocking("the lookup is under way") { !source.begun.isEmpty }
            let start = ContinuousClock.now
            engine.stop()
            return ContinuousClock.now - start
        }
        #expect(elapsed < .seconds(10))
    }
}
